# The Debian 12 packages that Tallyman needs, in one place, and how they are installed: only what is
# missing, without a question. Sourced by ./run and ./test.

packages_run=(  # what the program itself uses
    libboost-json1.81.0 libfmt9 libspdlog1.10 libsqlite3-0 libssl3 libyaml-cpp0.7 libpqxx-6.4 libpq5
    libhiredis0.14 libtag1v5 libseccomp2 libprometheus-cpp-core1.0 zlib1g tzdata espeak-ng
)
packages_build=(  # what turns the sources into the program
    clang-19 lld-19 llvm-19 cmake ninja-build ccache pkg-config
    libboost1.81-dev libboost-json1.81-dev libyaml-cpp-dev libspdlog-dev libfmt-dev libsqlite3-dev
    libcli11-dev libssl-dev libpqxx-dev libpq-dev libhiredis-dev libtag1-dev libseccomp-dev
    prometheus-cpp-dev zlib1g-dev nodejs
)
packages_test=(  # what the tests use beside that
    libclang-rt-19-dev clang-tidy-19 clang-format-19 libgtest-dev librapidcheck-dev libbenchmark-dev
    python3 sqlite3 postgresql-15 redis-server redis-tools pgbouncer util-linux iproute2 openssl
    faketime ffmpeg jq lame flac opus-tools vorbis-tools speex prometheus chromium
    fonts-wqy-microhei spin patch
)
if ! command -v npm >/dev/null; then  # it may have come with a Node that is not Debian's
    packages_build+=(npm)
fi

say() { printf '\n== %s\n' "$*"; }

die() {
    printf '%s: %s\n' "$(basename "$0")" "$*" >&2
    exit 2
}

# The Boost libraries of 1.74 and 1.81 can't be installed together; apt replaces the one by the
# other, which is what the answer to its only question would be.
as_root() {
    if [[ $(id -u) -eq 0 ]]; then
        env DEBIAN_FRONTEND=noninteractive "$@" </dev/null
    else
        sudo env DEBIAN_FRONTEND=noninteractive "$@" </dev/null
    fi
}

apt() {
    as_root apt-get -q -y -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300 -o DPkg::Use-Pty=0 "$@"
}

# missing_packages NAME…: those of them that are not installed, one a line.
missing_packages() {
    local name
    for name in "$@"; do
        if [[ $(dpkg-query -W -f='${db:Status-Status}' "$name" 2>/dev/null) != installed ]]; then
            printf '%s\n' "$name"
        fi
    done
}

# Debian starts a server as soon as it is installed, and at every boot, and makes PostgreSQL a first
# cluster. The tests start servers of their own, so all that is held back for those that come in
# with this; what was there before is left as it is.
policy_file=/usr/sbin/policy-rc.d
cluster_file=/etc/postgresql-common/createcluster.d/tallyman-tests.conf
policy_mark="made by Tallyman's tests for the time of an installation"

hold_daemons_back() {
    as_root sh -ec '
        if [ ! -e "$1" ]; then
            printf "#!/bin/sh\n# %s\nexit 101\n" "$3" >"$1"
            chmod 755 "$1"
        fi
        mkdir -p "${2%/*}"
        echo "create_main_cluster = false" >"$2"' sh "$policy_file" "$cluster_file" "$policy_mark"
}

let_daemons_go() {
    as_root sh -c '
        if grep -qs "$3" "$1"; then
            rm -f -- "$1"
        fi
        rm -f -- "$2"
        rmdir -p --ignore-fail-on-non-empty "${2%/*}"
        ' sh "$policy_file" "$cluster_file" "$policy_mark" 2>/dev/null
}

keep_from_booting() {
    local service
    for service in "$@"; do
        as_root update-rc.d "$service" disable >/dev/null || true
    done
}

# In a shell of its own, so that its traps end with it.
install_without_daemons() (
    trap let_daemons_go EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    hold_daemons_back || exit 1
    local service comes=()
    for service in redis-server pgbouncer postgresql prometheus; do
        if [[ " $* " == *" $service"* && ! -e /etc/init.d/$service ]]; then
            comes+=("$service")
        fi
    done
    # The lists may be absent, as in a fresh container, or too old for what the mirror still has.
    apt install --no-install-recommends "$@" 2>/dev/null ||
        { apt update && apt install --no-install-recommends "$@"; } ||
        exit 1
    keep_from_booting "${comes[@]}"
)

# install_packages NAME…: sees to it that they are there.
install_packages() {
    command -v dpkg-query >/dev/null && command -v apt-get >/dev/null ||
        die "this installs Debian packages with apt, and there is no apt here; use Debian 12"
    local missing
    mapfile -t missing < <(missing_packages "$@")
    if [[ ${#missing[@]} -eq 0 ]]; then
        return 0
    fi
    say "installing ${#missing[@]} packages: ${missing[*]}"
    if [[ $(id -u) -ne 0 ]] && ! command -v sudo >/dev/null; then
        die "not root, and no sudo; as root: apt-get install --no-install-recommends ${missing[*]}"
    fi
    install_without_daemons "${missing[@]}" ||
        die "apt could not install them (see above); as root: apt-get update, then run this again"
}

# build PRESET TARGET…: configures if need be, and builds.
build() {
    local preset=$1
    shift
    say "building ${*:-everything} ($preset)"
    cmake --build "build/$preset" -- "$@" ||
        die "the $preset build failed (see above); to start afresh: rm -rf build/$preset"
}

configure() {
    say "configuring ($1)"
    cmake --preset "$1" >"build/$1.configure.log" 2>&1 || {
        cat "build/$1.configure.log" >&2
        die "CMake could not configure the $1 preset (see above)"
    }
}
