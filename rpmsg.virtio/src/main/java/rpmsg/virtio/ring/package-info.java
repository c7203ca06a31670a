// SPDX-License-Identifier: Apache-2.0

/**
 * The split virtqueue of VIRTIO 1.2/1.3 (section 2.7) over a {@link
 * java.lang.foreign.MemorySegment}, and nothing else: no OSGi, no RPMsg, no threads, no doorbell.
 *
 * <p>A {@link rpmsg.virtio.ring.VringLayout} says where the parts of a ring lie, a {@link
 * rpmsg.virtio.ring.VirtqueueConfig} says in which memory, and activating the configuration gives
 * one of the two sides:
 *
 * <pre>{@code
 * var config = new VirtqueueConfig(memory, 0x4000, VringLayout.of(256, 4096), LITTLE_ENDIAN, false);
 *
 * DriverVirtqueue driver = config.driver();      DeviceVirtqueue device = config.device();
 * int id = driver.add(address, 512, DESC_WRITE); int id = device.nextAvail();
 * driver.publishAvail();                         // use device.address(), device.length()
 * if (driver.kickNeeded()) ringTheDoorbell();    device.addUsed(id, length);
 *                                                device.publishUsed();
 * int id = driver.nextUsed();                    if (device.interruptNeeded()) ringTheDoorbell();
 * }</pre>
 *
 * <h2>Limits</h2>
 *
 * One descriptor is one buffer: the driver side adds no chains, the device side reports the flags
 * of a head and leaves it to its caller what to do with a chained or indirect one.
 *
 * <h2>Trust</h2>
 *
 * The other side may write anything into the ring at any time. Each field is read once, checked and
 * used from there; nothing that this side wrote is read back, except by {@link
 * rpmsg.virtio.ring.DeviceVirtqueue#usedIndexIntact()}, whose purpose that is. Addresses and
 * lengths are handed to the caller as found: whether they lie within its memory is for the caller
 * to check.
 *
 * <h2>Memory order</h2>
 *
 * <ul>
 *   <li>Descriptor and avail ring entry: plain, made visible by avail.idx (VIRTIO 1.2, sections
 *       2.7.13.1 and 2.7.13.2).
 *   <li>avail.idx: the driver stores it with release (2.7.13.3, 2.7.13.3.1), the device loads it
 *       with acquire before it reads entry and descriptor.
 *   <li>Used element: plain, made visible by used.idx (2.7.8).
 *   <li>used.idx: the device stores it with release (2.7.8.2), the driver loads it with acquire
 *       before it reads the element (2.7.14).
 *   <li>An index stored, then the other side's flags or event loaded, to see whether it wants to be
 *       told: full fence in between (2.7.13.4.1, 2.7.7).
 *   <li>Own flags or event stored, then the other side's index loaded, to see whether something is
 *       there already: full fence in between (2.7.7, 2.7.10, 2.7.14).
 * </ul>
 *
 * {@code src/jcstress} races each of these; a state that none of the two sides may see fails the
 * build.
 *
 * <p>Each index, flags or event field is stored once, in 16 bits, with its final value: a peer may
 * act on a transient one.
 *
 * <h2>Threads</h2>
 *
 * A queue object is used by one thread at a time; the caller serialises. The two sides of a ring
 * may run on different threads, processes or processors.
 *
 * <h2>Errors of the memory itself</h2>
 *
 * A mapping whose file was truncated answers with {@link java.lang.InternalError}, a closed arena
 * with {@link java.lang.IllegalStateException}; both reach the caller.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("1.0.0")
package rpmsg.virtio.ring;
