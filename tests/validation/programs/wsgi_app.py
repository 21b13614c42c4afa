"""A WSGI application that computes a little."""


def app(environ, start_response):
    total = sum(i % 7 for i in range(20000))
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"sum %d\n" % total]
