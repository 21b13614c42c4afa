// A pool of threads computes: THREADS.
import java.util.stream.*;
import java.util.concurrent.*;
public class Pool {
  public static void main(String[] a) throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(Integer.parseInt(a[0]));
    var parts = IntStream.range(0, 200).mapToObj(i -> pool.submit(() -> {
      StringBuilder s = new StringBuilder();
      for (int k = 0; k < 60000; ++k) s.append(k * i % 97);
      return s.toString().hashCode();
    })).collect(Collectors.toList());
    long sum = 0;
    for (var p : parts) sum += p.get();
    pool.shutdown();
    System.out.println(sum);
  }
}
