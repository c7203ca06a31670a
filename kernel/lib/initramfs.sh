# SPDX-License-Identifier: Apache-2.0
#
# The guest's root file system.

# make_initramfs BUSYBOX HELPER RELEASE MODULE...
make_initramfs() {
  local root=$work/root busybox=$1 helper=$2 release=$3
  shift 3
  mkdir -p "$root"/{bin,dev,proc,sys,tmp,"lib/modules/$release"} &&
    cp -- "$busybox" "$root/bin/busybox" &&
    ln -s busybox "$root/bin/sh" &&
    cp -- "$helper" "$root/bin/rpmsg-guest" &&
    cp -- "$root_of_kernel/guest/init" "$root/init" &&
    cp -- "$root_of_kernel/guest/await" "$root/bin/await" &&
    chmod 755 "$root/init" "$root"/bin/* &&
    cp -- "$@" "$root/lib/modules/$release/" &&
    (cd -- "$root" && find . | sort | cpio --quiet -o -H newc -R 0:0 | gzip -9n) >"$work/out/initramfs"
}

install_boot() {
  cp -- "$root_of_kernel/$guest/boot" "$root_of_kernel/guest/console.sh" "$work/out/" &&
    chmod 755 "$work/out/boot"
}
