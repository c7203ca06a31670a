// SPDX-License-Identifier: Apache-2.0
package rpmsg.chardev.internal;

import java.lang.foreign.MemorySegment;
import java.util.Set;
import rpmsg.chardev.EndpointChannel.Readiness;
import rpmsg.core.RpmsgException;

/**
 * What is below an open endpoint device: an endpoint of this container, or a descriptor of the
 * kernel's. No method waits; waiting is the same for both and done above. Any thread.
 */
public interface Port {
  /** From {@link #tryRead}: no message is there. */
  int NOTHING = -1;

  /** Told by the port, on any thread and under no lock, that what it said before may be over. */
  interface Events {
    /** It may be readable or writable now, or gone. */
    void changed();
  }

  /** Opens a port for one opener of a device. */
  interface Opener {
    /**
     * @param events may be called before this returns
     * @throws RpmsgException as {@link rpmsg.chardev.EndpointDevice#open} says
     */
    Port open(Events events) throws RpmsgException;
  }

  /** The local address, or ANY if unknown. */
  int address();

  /**
   * Takes one message; what does not fit is lost.
   *
   * @return its bytes that were copied, or {@link #NOTHING}; from then on {@link Events#changed} is
   *     called as soon as there is one
   * @throws RpmsgException EPIPE when the device is gone
   */
  int tryRead(MemorySegment target) throws RpmsgException;

  /**
   * Sends one message.
   *
   * @return false when no transmit buffer is free; from then on {@link Events#changed} is called as
   *     soon as there is one
   * @throws RpmsgException EPIPE, EMSGSIZE, EINVAL as {@link rpmsg.chardev.EndpointChannel} says
   */
  boolean tryWrite(MemorySegment source) throws RpmsgException;

  /** What it is ready for now; {@link Events#changed} is called when that grows. */
  Set<Readiness> poll();

  /** See {@link rpmsg.chardev.EndpointChannel#outgoingFlowPaused}. */
  boolean outgoingFlowPaused() throws RpmsgException;

  /** See {@link rpmsg.chardev.EndpointChannel#pauseIncomingFlow}. */
  void pauseIncomingFlow(boolean pause) throws RpmsgException;

  /** Ends it; no event comes after. Idempotent. */
  void close();
}
