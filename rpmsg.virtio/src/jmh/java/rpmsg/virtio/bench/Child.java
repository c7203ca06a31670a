// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import rpmsg.core.RpmsgException;
import rpmsg.core.RpmsgListener;
import rpmsg.core.RpmsgMessage;

/** The second process: does what its standard input says, a line each, and answers with a line. */
final class Child {
  private static final long LAST_NANOS = TimeUnit.SECONDS.toNanos(10);

  private Carrier carrier;
  private Carrier.Pipe pipe;
  private Meter meter;

  public static void main(String[] args) throws Exception {
    BufferedReader commands =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    Child child = new Child();
    for (String line; (line = commands.readLine()) != null; ) {
      System.out.println(child.execute(line.split(" ")));
    }
  }

  private String execute(String[] words) throws Exception {
    return switch (words[0]) {
      case "open" -> open(Carrier.Kind.valueOf(words[1]), Path.of(words[2]));
      case "echo" -> listen(new Echo());
      case "count" -> listen(meter = new Meter(Long.parseLong(words[1])));
      case "counted" -> counted();
      case "flood" -> "" + Flood.run(carrier, Integer.parseInt(words[1]), Long.parseLong(words[2]));
      case "end" -> end();
      case "close" -> close();
      default -> throw new IllegalArgumentException(words[0]);
    };
  }

  private String open(Carrier.Kind kind, Path file) throws IOException, RpmsgException {
    carrier = kind.open(file, 1);
    carrier.openToSend().close();
    return "open";
  }

  private String listen(RpmsgListener listener) throws RpmsgException {
    pipe = carrier.open(listener);
    if (listener instanceof Echo echo) {
      echo.pipe = pipe;
    }
    return "listening";
  }

  private String counted() throws InterruptedException {
    meter.await(LAST_NANOS);
    end();
    return meter.count() + " " + meter.millionPerSecond();
  }

  private String end() {
    pipe.close();
    return "ended";
  }

  private String close() {
    carrier.close();
    return "closed";
  }

  private static final class Echo implements RpmsgListener {
    private Carrier.Pipe pipe;

    @Override
    public void onMessage(RpmsgMessage message) throws RpmsgException {
      pipe.send(message.payload());
    }
  }
}
