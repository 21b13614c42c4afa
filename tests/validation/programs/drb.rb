# Calls between two Rubies: server PORT | client HOST PORT NUMBER.
require 'drb'

class Sums
  def upto(n) = (1..n).sum { |i| i * i % 7 }
end

if ARGV[0] == 'server'
  DRb.start_service("druby://0.0.0.0:#{ARGV[1]}", Sums.new)
  DRb.thread.join
else
  sums = DRbObject.new_with_uri("druby://#{ARGV[1]}:#{ARGV[2]}")
  ARGV[3].to_i.times { |i| sums.upto(1000 + i) }
end
