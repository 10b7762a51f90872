/**
 * The first file that runs: plain JavaScript that even an old Node reads, so that a too old one is told in one sentence.
 * `node app/start.js server|worker|cli …`
 */
const NEEDED = [24, 12];

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < NEEDED[0] || (major === NEEDED[0] && minor < NEEDED[1])) {
  process.stderr.write(
    `Tock needs Node ${NEEDED.join('.')} or newer; this is ${process.versions.node}. Install it from nodejs.org, or run "npm ci", which brings one for "npm start".\n`,
  );
  process.exit(1);
}

const door = process.argv[2] ?? '';
if (!['server', 'worker', 'cli'].includes(door)) {
  process.stderr.write('Usage: node app/start.js server|worker|cli\n');
  process.exit(2);
}
process.argv.splice(2, 1);
try {
  process.loadEnvFile('.env');
} catch (error) {
  if (error.code !== 'ENOENT') throw error;
}
// Server and pages ask for it in different places; only development says otherwise.
process.env.NODE_ENV ||= 'production';
const { main } = await import(`./${door}.ts`);
await main();
