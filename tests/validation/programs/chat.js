// A chat over WebSockets: server PORT | client HOST PORT N (four members of one process; each of N messages goes to all).
const WebSocket = require('ws');
const [role, ...rest] = process.argv.slice(2);
if (role === 'server') {
  const server = new WebSocket.Server({port: Number(rest[0])});
  server.on('connection', (member) => member.on('message', (data) => {
    for (const other of server.clients)
      if (other.readyState === WebSocket.OPEN) other.send(data);
  }));
} else {
  const [host, port, n] = rest;
  const members = [];
  let heard = 0, joined = 0;
  const say = (i) => members[i % 4].send(JSON.stringify({i, text: 'hello '.repeat(20)}));
  for (let k = 0; k < 4; ++k) {
    const member = new WebSocket(`ws://${host}:${port}`);
    members.push(member);
    member.on('open', () => ++joined === 4 && say(0));
    member.on('message', (data) => {
      const {i} = JSON.parse(data);
      if (++heard % 4) return;
      if (i + 1 < Number(n)) say(i + 1);
      else members.forEach((m) => m.close());
    });
  }
}
