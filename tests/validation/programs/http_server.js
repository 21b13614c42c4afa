// An HTTP server: PORT.
const http = require("http");
http.createServer((request, response) => {
  let sum = 0;
  for (let i = 0; i < 20000; ++i) sum += i % 7;
  response.end("sum " + sum + "\n");
}).listen(Number(process.argv[2]), "0.0.0.0");
