// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.carrier;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Both ends in one process. */
class CarriersTest {

  private static final int MESSAGES = 10_000;

  @TempDir Path folder;

  private interface Work {
    void between(Carrier first, Carrier second) throws Exception;
  }

  private void with(String kind, Work work) throws Exception {
    ExecutorService other = Executors.newSingleThreadExecutor();
    try (Carrier first = Carriers.open(kind, 0, folder.resolve("x").toString());
        Carrier second = Carriers.open(kind, 1, first.address())) {
      Future<?> joined =
          other.submit(() -> {
            second.join();
            return null;
          });
      first.join();
      joined.get(20, TimeUnit.SECONDS);
      work.between(first, second);
    } finally {
      other.shutdownNow();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "bare,8",
    "bare,496",
    "unix,8",
    "unix,496",
    "tcp,8",
    "tcp,496",
    "aeron,8",
    "aeron,496"
  })
  void messagesComeInOrderInBothDirections(String kind, int size) throws Exception {
    with(
        kind,
        (first, second) -> {
          flood(first, second, size);
          flood(second, first, size);
        });
  }

  private static void flood(Carrier from, Carrier to, int size) throws Exception {
    LinkedBlockingQueue<Long> received = new LinkedBlockingQueue<>();
    Pipe in = to.open(size, received::add);
    try (Pipe out = from.open(size, null)) {
      for (long i = 0; i < MESSAGES; i++) {
        out.send(i);
      }
      for (long i = 0; i < MESSAGES; i++) {
        assertEquals(i, received.poll(20, TimeUnit.SECONDS));
      }
      assertTrue(received.isEmpty());
    } finally {
      in.close();
    }
  }

  @ParameterizedTest
  @CsvSource({"bare,496", "unix,496", "tcp,496", "aeron,496"})
  void anEchoSendsBackTheSameBytesAsOftenAsItIsOpened(String kind, int size) throws Exception {
    with(
        kind,
        (first, second) -> {
          for (int round = 0; round < 3; round++) {
            echo(first, second, size);
          }
        });
  }

  private static void echo(Carrier first, Carrier second, int size) throws Exception {
    LinkedBlockingQueue<Long> received = new LinkedBlockingQueue<>();
    Pipe echo = second.echo(size);
    try (Pipe ping = first.open(size, received::add)) {
      for (long i = 0; i < 100; i++) {
        ping.send(i * i);
        assertEquals(i * i, received.poll(20, TimeUnit.SECONDS));
      }
    } finally {
      echo.close();
    }
  }
}
