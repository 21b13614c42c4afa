// An HTTP client: HOST PORT REQUESTS CONNECTIONS.
const http = require("http");
const [host, port, requests, connections] = process.argv.slice(2);
const agent = new http.Agent({keepAlive: true, maxSockets: Number(connections)});
let left = Number(requests);
function ask() {
  if (left-- <= 0) return;
  http.get({host, port, agent}, response => response.on("data", () => {}).on("end", ask));
}
for (let i = 0; i < Number(connections); ++i) ask();
process.on("exit", () => agent.destroy());
