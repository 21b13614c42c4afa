# An HTTP server and its client, which keeps one connection: server PORT | client HOST PORT N.
if ARGV[0] == "server"
  require "webrick"
  server = WEBrick::HTTPServer.new(Port: ARGV[1].to_i, BindAddress: "0.0.0.0", AccessLog: [], Logger: WEBrick::Log.new(File::NULL), DoNotReverseLookup: true)
  server.mount_proc("/") { |_, answer| answer.body = (1..300).map { |i| i * i }.join(" ") }
  server.start
else
  require "net/http"
  Net::HTTP.start(ARGV[1], ARGV[2].to_i) { |http| ARGV[3].to_i.times { |i| http.get("/#{i}").body.size } }
end
