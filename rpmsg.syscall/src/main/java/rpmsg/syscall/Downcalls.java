// SPDX-License-Identifier: Apache-2.0
package rpmsg.syscall;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/** Makes the handles of C library functions, each of which keeps errno with the call. */
final class Downcalls {

  private static final Linker.Option CAPTURE = Linker.Option.captureCallState("errno");
  private static final MemoryLayout STATE = Linker.Option.captureStateLayout();
  private static final long ERRNO =
      STATE.byteOffset(MemoryLayout.PathElement.groupElement("errno"));
  private static final ThreadLocal<MemorySegment> STATES =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(STATE));

  private Downcalls() {}

  /**
   * The handle of a function. Its first parameter is {@link #state()}, the others are the
   * function's. Where the function cannot be called, the handle throws {@link
   * UnsupportedOperationException}.
   */
  static MethodHandle of(String function, FunctionDescriptor type) {
    return of(Platform.PROBLEM, function, type, CAPTURE);
  }

  /** The handle of a function whose parameters after the first few may vary. */
  static MethodHandle variadic(String function, int fixed, FunctionDescriptor type) {
    return of(Platform.PROBLEM, function, type, CAPTURE, Linker.Option.firstVariadicArg(fixed));
  }

  @SuppressWarnings("restricted")
  static MethodHandle of(
      String problem, String function, FunctionDescriptor type, Linker.Option... options) {
    if (problem != null) {
      return refusing(problem, type);
    }
    try {
      Linker linker = Linker.nativeLinker();
      SymbolLookup library = linker.defaultLookup();
      return library
          .find(function)
          .map(at -> linker.downcallHandle(at, type, options))
          .orElseGet(() -> refusing("the C library has no " + function, type));
    } catch (IllegalCallerException denied) {
      return refusing("system calls need --enable-native-access=ALL-UNNAMED", type);
    }
  }

  /** Where the calls of this thread leave errno. */
  static MemorySegment state() {
    return STATES.get();
  }

  static int errno(MemorySegment state) {
    return state.get(ValueLayout.JAVA_INT, ERRNO);
  }

  /** To be thrown for what a handle threw. */
  static RuntimeException unexpected(Throwable thrown) {
    if (thrown instanceof Error error) {
      throw error;
    }
    return thrown instanceof RuntimeException e ? e : new IllegalStateException(thrown);
  }

  private static MethodHandle refusing(String problem, FunctionDescriptor type) {
    MethodType signature = type.toMethodType().insertParameterTypes(0, MemorySegment.class);
    MethodHandle thrower =
        MethodHandles.throwException(signature.returnType(), UnsupportedOperationException.class);
    MethodHandle refuse = MethodHandles.foldArguments(thrower, refusal(problem));
    return MethodHandles.dropArguments(refuse, 0, signature.parameterList());
  }

  private static MethodHandle refusal(String problem) {
    try {
      MethodType constructor = MethodType.methodType(void.class, String.class);
      return MethodHandles.publicLookup()
          .findConstructor(UnsupportedOperationException.class, constructor)
          .bindTo(problem);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }
}
