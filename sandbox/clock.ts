/** The sandbox's time: it runs on by itself, can be moved ahead, and runs what was scheduled for the times it passes. */

export interface TimeSource {
  now(): Date;
}

export interface SandboxClock extends TimeSource {
  /** Moves ahead and runs, in order and one after the other, what becomes due on the way. */
  advance(milliseconds: number): Promise<void>;
  /** Runs `task` once the clock reaches `at`, however it got there; answers a way to call it off. */
  schedule(at: Date, task: () => Promise<void> | void): () => void;
  /** Resolves when nothing that is due is still running. */
  settle(): Promise<void>;
  close(): void;
}

interface Appointment {
  at: number;
  order: number;
  task: () => Promise<void> | void;
}

/** The underlying time may be moved by its owner without telling us, so appointments are looked at this often. */
const glanceMs = 50;

export function createSandboxClock(source: TimeSource = { now: () => new Date() }): SandboxClock {
  let offset = 0;
  let order = 0;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;
  let appointments: Appointment[] = [];
  const running = new Set<Promise<void>>();

  const now = () => source.now().getTime() + offset;

  function takeDue(until: number): Appointment | undefined {
    const due = appointments
      .filter((appointment) => appointment.at <= until)
      .sort((a, b) => a.at - b.at || a.order - b.order)[0];
    if (due) appointments = appointments.filter((appointment) => appointment !== due);
    return due;
  }

  function run(appointment: Appointment): Promise<void> {
    const done = Promise.resolve()
      .then(appointment.task)
      .finally(() => running.delete(done));
    running.add(done);
    return done;
  }

  function watch() {
    if (timer || closed || appointments.length === 0) return;
    const next = Math.min(...appointments.map((appointment) => appointment.at));
    timer = setTimeout(
      () => {
        timer = undefined;
        for (let due = takeDue(now()); due; due = takeDue(now())) void run(due);
        watch();
      },
      Math.min(glanceMs, Math.max(0, next - now())),
    );
    timer.unref();
  }

  return {
    now: () => new Date(now()),
    schedule(at, task) {
      const appointment = { at: at.getTime(), order: order++, task };
      appointments.push(appointment);
      watch();
      return () => {
        appointments = appointments.filter((other) => other !== appointment);
      };
    },
    async advance(milliseconds) {
      const target = now() + milliseconds;
      for (let due = takeDue(target); due; due = takeDue(target)) {
        offset += Math.max(0, due.at - now());
        await run(due);
      }
      offset += Math.max(0, target - now());
    },
    async settle() {
      for (let due = takeDue(now()); due; due = takeDue(now())) void run(due);
      while (running.size > 0) await Promise.all(running);
    },
    close() {
      closed = true;
      clearTimeout(timer);
      appointments = [];
    },
  };
}
