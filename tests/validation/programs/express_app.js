// Pages of Express: PORT.
const app = require('express')();
app.get('/', (request, response) => {
  let sum = 0;
  for (let i = 0; i < 20000; ++i) sum += i * i % 7;
  response.json({sum});
});
app.listen(Number(process.argv[2]), '0.0.0.0');
