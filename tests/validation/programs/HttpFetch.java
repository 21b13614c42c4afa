// server PORT: four threads answer | client HOST PORT N: java.net.http fetches N answers, four at a time.
import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.*;
import java.util.concurrent.*;

public class HttpFetch {
  static void serve(int port) throws Exception {
    HttpServer server = HttpServer.create(new InetSocketAddress(port), 64);
    byte[] page = "hello ".repeat(500).getBytes();
    server.createContext("/", e -> { e.sendResponseHeaders(200, page.length); e.getResponseBody().write(page); e.close(); });
    server.setExecutor(Executors.newFixedThreadPool(4));
    server.start();
  }

  public static void main(String[] a) throws Exception {
    if (a[0].equals("server")) { serve(Integer.parseInt(a[1])); return; }
    HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    ExecutorService pool = Executors.newFixedThreadPool(4);
    int n = Integer.parseInt(a[3]);
    for (int i = 0; i < n; ++i) {
      HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + a[1] + ":" + a[2] + "/" + i)).build();
      pool.submit(() -> client.send(request, HttpResponse.BodyHandlers.ofString()).body().length());
    }
    pool.shutdown();
    pool.awaitTermination(1, TimeUnit.MINUTES);
    System.exit(0);
  }
}
