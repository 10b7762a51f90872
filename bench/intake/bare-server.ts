/** The least that a server can do with a request: read its body, parse it, answer. Nothing is checked and nothing kept. */
import { createServer } from 'node:http';

const server = createServer((req, res) => {
  const parts: Buffer[] = [];
  req.on('data', (part: Buffer) => parts.push(part));
  req.on('end', () => {
    JSON.parse(Buffer.concat(parts).toString('utf8'));
    res.writeHead(202, { 'content-type': 'application/json' });
    res.end('{}');
  });
});
server.listen(Number(process.env['PORT']), '127.0.0.1');
