// SPDX-License-Identifier: Apache-2.0

/**
 * The system calls that Java has no words for, and nothing else: descriptors passed over Unix
 * sockets, eventfd, memfd, mmap at an offset, poll, pseudo terminals, ioctls of character devices.
 * The only package that uses the foreign linker.
 *
 * <p>Linux on x86-64 and aarch64, whose structures and constants are the same for all that is used
 * here. Anywhere else the classes load, and the first call throws {@link
 * java.lang.UnsupportedOperationException}.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("1.0.0")
package rpmsg.syscall;
