# SPDX-License-Identifier: Apache-2.0
#
# User Mode Linux 6.12, built from Debian's source package.

tools=(gcc:gcc make:make flex:flex bison:bison bc:bc xz:xz-utils cpio:cpio gzip:gzip perl:perl)
libraries=(libc.a:libc6-dev)

# Large parts that no such kernel compiles, so they are left packed.
unneeded=('*/drivers/gpu/drm/*/*.[ch]' '*/sound/*/*.[ch]' '*/drivers/net/*/*.[ch]')

look_up() {
  local source busybox
  step "reading the package lists" apt_open amd64 amd64 bookworm bookworm-security bookworm-backports
  source=$(apt_version amd64 linux-source-6.12) &&
    busybox=$(apt_version amd64 busybox-static) || return
  versions=("linux-source-6.12=$source" "busybox-static=$busybox")
}

unpack_source() {
  mkdir "$work/source" &&
    tar xf "$work"/debs/usr/src/linux-source-6.12.tar.xz --strip-components=1 -C "$work/source" \
      "${unneeded[@]/#/--exclude=}" &&
    rm "$work"/debs/usr/src/linux-source-6.12.tar.xz
}

edit_source() {
  local file expression before
  while read -r file expression; do
    case $file in "" | "#"*) continue ;; esac
    before=$(sha256sum "$work/source/$file") || return
    sed -i -E -e "$expression" -- "$work/source/$file" || return
    if [ "$before" = "$(sha256sum "$work/source/$file")" ]; then
      echo "the edit of $file does not apply to this version"
      return 1
    fi
  done <"$root_of_kernel/uml/edits"
}

build_make() {
  make -s -C "$work/source" ARCH=um KBUILD_BUILD_USER=rpmsg KBUILD_BUILD_HOST=guest "$@"
}

configure() {
  local line
  build_make tinyconfig && cat -- "$root_of_kernel/uml/config" >>"$work/source/.config" &&
    build_make olddefconfig || return
  while read -r line; do
    grep -qxF -- "$line" "$work/source/.config" || {
      echo "the configuration does not take $line"
      return 1
    }
  done < <(grep '^CONFIG_' "$root_of_kernel/uml/config")
}

compile() {
  build_make -j"$(nproc)" linux modules
}

collect() {
  local modules
  mapfile -t modules < <(find "$work/source" -name '*.ko')
  gcc -std=gnu17 -O2 -static -o "$work/rpmsg-guest" "$root_of_kernel/guest/rpmsg-guest.c" &&
    strip -o "$work/out/kernel" "$work/source/linux" &&
    cp -- "$work/source/.config" "$work/out/config" &&
    make_initramfs "$work/debs/bin/busybox" "$work/rpmsg-guest" \
      "$(cat "$work/source/include/config/kernel.release")" "${modules[@]}"
}

build() {
  step "fetching the packages" apt_unpack amd64 "$work/debs" "${versions[@]}"
  step "unpacking the source" unpack_source
  step "editing it" edit_source
  step "configuring" configure
  step "compiling" compile
  step "making the initramfs" collect
}
