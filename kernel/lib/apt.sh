# SPDX-License-Identifier: Apache-2.0
#
# Debian packages without touching the system: package lists, cache and status of their own.

keyring=/usr/share/keyrings/debian-archive-keyring.gpg

# The mirror of Debian that this machine uses, else the public one. debian_mirror [-security]
debian_mirror() {
  local uri release component found=
  while read -r uri release component; do
    case $component:$uri:$release in
      main:http*/debian/:*-*) ;;
      main:http*/debian/:*) [ -z "${1:-}" ] && found=$uri ;;
      main:http*/debian-security/:*-security) [ -n "${1:-}" ] && found=$uri ;;
    esac
  done < <(apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages')
  echo "${found:-http://deb.debian.org/debian${1:-}/}"
}

# apt_open NAME ARCHITECTURES SUITE...: fetches the lists of these suites.
apt_open() {
  local name=$1 architectures=$2 suite mirror
  local folder=$work/apt-$1
  shift 2
  mkdir -p "$folder"/{preferences,lists/partial,archives/partial} || return
  : >"$folder/status"
  for suite in "$@"; do
    case $suite in
      *-security) mirror=$(debian_mirror -security) ;;
      *) mirror=$(debian_mirror) ;;
    esac
    echo "deb [signed-by=$keyring arch=$architectures] $mirror $suite main"
  done >"$folder/sources.list"
  cat >"$folder/apt.conf" <<TEXT
#clear APT::Update;
#clear APT::Architectures;
#clear DPkg;
APT::Architecture "${architectures%%,*}";
APT::Architectures { "${architectures//,/\"; \"}"; };
APT::Default-Release "";
APT::Sandbox::User "$(id -un)";
Acquire::Languages "none";
Acquire::Retries "3";
Dir::Etc::sourcelist "$folder/sources.list";
Dir::Etc::sourceparts "-";
Dir::Etc::preferences "-";
Dir::Etc::preferencesparts "$folder/preferences";
Dir::State "$folder";
Dir::State::status "$folder/status";
Dir::Cache "$folder";
Dir::Log "$folder";
TEXT
  # A suite that cannot be read is no failure: what matters is whether its packages are missed.
  apt "$name" update || true
}

apt() {
  local name=$1
  shift
  apt-get -q -y -c "$work/apt-$name/apt.conf" "$@"
}

# apt_version NAME PACKAGE: the version that would be fetched; fails when there is none.
apt_version() {
  local version
  version=$(apt-cache -c "$work/apt-$1/apt.conf" policy "$2" 2>>"$work/log" | sed -n 's/^ *Candidate: //p')
  case $version in "" | "(none)") return 1 ;; esac
  echo "$version"
}

# apt_unpack NAME FOLDER PACKAGE...: these packages and nothing else.
apt_unpack() {
  local name=$1 folder=$2 debs
  shift 2
  debs=$(mktemp -d -p "$work") || return
  (cd -- "$debs" && apt "$name" download "$@") && unpack_debs "$folder" "$debs"/*.deb
}

# apt_unpack_closure NAME FOLDER PACKAGE...: these packages with all that they depend on.
apt_unpack_closure() {
  local name=$1 folder=$2
  shift 2
  apt "$name" install --download-only --no-install-recommends "$@" &&
    unpack_debs "$folder" "$work/apt-$name"/archives/*.deb &&
    rm -f -- "$work/apt-$name"/archives/*.deb
}

unpack_debs() {
  local folder=$1 deb
  shift
  for deb in "$@"; do
    dpkg -x "$deb" "$folder" || return
  done
}
