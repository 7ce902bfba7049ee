# Sourced by the other tools: install Debian packages where we may, else say in one line what is missing.

missing() { # what, how to get it
    echo "missing: $1 ($2)" >&2
    exit 1
}

debian() { # packages
    command -v apt-get >/dev/null || missing "$*" "no apt-get here: install it with your system's package manager"
    if [ "$(id -u)" = 0 ]; then
        as_root=
    elif sudo -n true 2>/dev/null; then
        as_root=sudo
    else
        missing "$*" "as root: apt-get install $*"
    fi
    $as_root apt-get update -qq
    DEBIAN_FRONTEND=noninteractive $as_root apt-get install -qq --no-install-recommends "$@" >/dev/null
}
