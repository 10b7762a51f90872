/** Runs the commands that buttons and forms name, says what came of it, and shows where the switches stand now. */
(function () {
  const says = document.getElementById('says');
  let hide;

  function say(text, failed) {
    says.textContent = text;
    says.className = failed ? 'shown failed' : 'shown';
    clearTimeout(hide);
    hide = setTimeout(() => (says.className = ''), 12_000);
  }

  async function run(command, given, source) {
    const outcome = source.closest('[data-step]')?.querySelector('.outcome');
    try {
      const answer = await fetch(`/control/${command}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(given),
      });
      const told = await answer.json();
      if (outcome) outcome.textContent = told.says ?? told.error;
      else say(told.says ?? told.error, !answer.ok);
      if (answer.ok && location.pathname === '/control') await redraw();
    } catch {
      say('The sandbox does not answer.', true);
    }
  }

  async function redraw() {
    const answer = await fetch(location.href);
    const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const at = window.scrollY;
    document.querySelector('main').replaceWith(fresh.querySelector('main'));
    window.scrollTo(0, at);
  }

  document.addEventListener('click', (event) => {
    const button = event.target.closest('button[data-command]');
    if (button) void run(button.dataset.command, JSON.parse(button.dataset.given), button);
  });
  document.addEventListener('submit', (event) => {
    const form = event.target.closest('form[data-command]');
    if (!form) return;
    event.preventDefault();
    const given = JSON.parse(form.dataset.given);
    for (const field of form.elements) {
      if (field.name) given[field.name] = field.type === 'checkbox' ? field.checked : field.value;
    }
    void run(form.dataset.command, given, form);
  });
})();
