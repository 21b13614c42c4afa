# A page made by Flask's own server, a thread per connection: PORT.
import sys

from flask import Flask

app = Flask(__name__)


@app.route("/")
def page():
    return {"sum": sum(i * i % 7 for i in range(3000))}


app.run("0.0.0.0", int(sys.argv[1]), threaded=True)
