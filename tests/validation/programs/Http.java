// An HTTP server whose pool of threads answers: PORT THREADS.
import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
import java.util.concurrent.Executors;
public class Http {
  public static void main(String[] a) throws Exception {
    HttpServer server = HttpServer.create(new InetSocketAddress(Integer.parseInt(a[0])), 64);
    byte[] page = "hello ".repeat(100).getBytes();
    server.createContext("/", e -> { e.sendResponseHeaders(200, page.length); e.getResponseBody().write(page); e.close(); });
    server.setExecutor(Executors.newFixedThreadPool(Integer.parseInt(a[1])));
    server.start();
  }
}
