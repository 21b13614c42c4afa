# Four threads take work from a queue.
queue = Queue.new
workers = 4.times.map { Thread.new { n = 0; while (x = queue.pop) do 20000.times { |i| n += i ^ x }; end; n } }
800.times { |i| queue << i }
4.times { queue << nil }
puts workers.sum(&:value)
