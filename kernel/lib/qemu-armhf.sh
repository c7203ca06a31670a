# SPDX-License-Identifier: Apache-2.0
#
# Debian's armhf kernel as it is, in QEMU. Both are unpacked only; the compiler is needed for the
# test program.

tools=(cpio:cpio gzip:gzip)
libraries=()

# QEMU has a generic vhost-user device that a user may create since version 11.
look_up() {
  local kernel busybox qemu
  step "reading the package lists" open_lists
  image=$(apt-cache -c "$work/apt-bookworm/apt.conf" depends linux-image-armmp:armhf 2>>"$work/log" |
    sed -n 's/^ *Depends: \(linux-image-[^:]*\).*/\1/p')
  kernel=$(apt_version bookworm "$image:armhf") &&
    busybox=$(apt_version bookworm busybox-static:armhf) &&
    qemu=$(apt_version trixie qemu-system-arm) || return
  dpkg --compare-versions "$qemu" ge 1:11 || fail "$guest: needs QEMU 11 or later, Debian has $qemu"
  versions=("$image:armhf=$kernel" "busybox-static:armhf=$busybox" "qemu-system-arm=$qemu")
}

open_lists() {
  apt_open bookworm amd64,armhf bookworm &&
    apt_open trixie amd64 trixie trixie-backports &&
    printf '%s\n' "Package: src:qemu" "Pin: release a=*-backports" "Pin-Priority: 900" \
      >"$work/apt-trixie/preferences/qemu"
}

fetch_kernel() {
  apt_unpack bookworm "$work/debs" "${versions[@]:0:2}"
}

fetch_qemu() {
  apt_unpack_closure trixie "$work/out/qemu" "${versions[2]}" &&
    rm -rf -- "$work"/out/qemu/{etc,var,usr/share/{doc,man,locale}}
}

# The host's libc is at least bookworm's.
fetch_compiler() {
  apt_unpack_closure bookworm "$work/cross" gcc-arm-linux-gnueabihf libc6-dev-armhf-cross &&
    rm -f -- "$work"/cross/lib/x86_64-linux-gnu/{libc,libm,ld-linux-x86-64,libpthread,libdl,librt}.so*
}

compile() {
  LD_LIBRARY_PATH=$work/cross/usr/lib/x86_64-linux-gnu:$work/cross/lib/x86_64-linux-gnu \
    "$work/cross/usr/bin/arm-linux-gnueabihf-gcc" -std=gnu17 -O2 -static -s \
    -o "$work/rpmsg-guest" "$root_of_kernel/guest/rpmsg-guest.c"
}

# Modules that the kernel has built in are not there, and not needed.
collect() {
  local release=${image#linux-image-} name file modules=()
  while read -r name; do
    file=$(find "$work/debs/lib/modules/$release" -name "$name.ko")
    if [ -n "$file" ]; then
      modules+=("$file")
    elif ! grep -q "/$name.ko$" "$work/debs/lib/modules/$release/modules.builtin"; then
      echo "the kernel has no module $name"
      return 1
    fi
  done <"$root_of_kernel/qemu-armhf/modules"
  cp -- "$work/debs/boot/vmlinuz-$release" "$work/out/kernel" &&
    cp -- "$work/debs/boot/config-$release" "$work/out/config" &&
    make_initramfs "$work/debs/bin/busybox" "$work/rpmsg-guest" "$release" "${modules[@]}"
}

build() {
  step "fetching the kernel" fetch_kernel
  step "fetching QEMU" fetch_qemu
  step "fetching the cross compiler" fetch_compiler
  step "compiling the test program" compile
  step "making the initramfs" collect
}
