run ->(env) { [200, { "Content-Type" => "text/plain" }, ["sum #{(0...5000).sum { |i| i % 7 }}\n"]] }
