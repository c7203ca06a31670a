// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

/** A link that cannot be opened or cannot go on. The message is one line: what, and what to do. */
public final class LinkException extends Exception {

  private static final long serialVersionUID = 1L;

  /** What went wrong, for programs. */
  public enum Kind {
    /** The file (or its folder) does not exist. Transient while index 1 waits for index 0. */
    NO_SUCH_FILE,
    /** The memory is there, and the table is not yet or the memory just grew. Transient. */
    NOT_READY,
    /** The path is a directory. */
    IS_DIRECTORY,
    /** The path is a symbolic link; links are never followed. */
    SYMLINK,
    /** The path is a device, a fifo or a socket. */
    NOT_A_REGULAR_FILE,
    /** The file may not be read and written. */
    NO_PERMISSION,
    /** Another link, in this process or another, has the same index of the same memory. */
    IN_USE,
    /** What is at offset 0 is not a usable resource table. */
    BAD_TABLE,
    /** The memory is shorter than its table says, or became shorter than what is mapped. */
    TRUNCATED,
    /** The file was removed while it was in use. */
    DELETED,
    /** Another file has taken the place of the file in use. */
    REPLACED,
    /** The table is not the one that this session began with. */
    TABLE_REWRITTEN,
    /** The other side has closed its doorbell. */
    PEER_CLOSED,
    /** The other side said what it may not say. */
    BAD_PEER,
    /** The doorbell's path cannot be used for a socket. */
    SOCKET_PATH,
    /** A link, doorbell or option text that makes no sense. */
    INVALID,
    /** Any other failure of the operating system. */
    IO
  }

  private final Kind kind;
  private final boolean transientFault;

  /** A failure that only somebody can mend; NOT_READY alone is transient. */
  public LinkException(Kind kind, String message) {
    this(kind, kind == Kind.NOT_READY, message, null);
  }

  LinkException(Kind kind, String message, Throwable cause) {
    this(kind, kind == Kind.NOT_READY, message, cause);
  }

  LinkException(Kind kind, boolean transientFault, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
    this.transientFault = transientFault;
  }

  static LinkException memoryFault(String what, InternalError error) {
    String text = what + ": the memory could not be accessed; is the file system full?";
    return new LinkException(Kind.IO, text, error);
  }

  /** What went wrong. */
  public Kind kind() {
    return kind;
  }

  /** Whether trying again soon may help without anybody's doing: the other side starts later. */
  public boolean transientFault() {
    return transientFault;
  }
}
