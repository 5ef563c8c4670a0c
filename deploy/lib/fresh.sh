# Bare roots of Debian 12 (bash, after progress.sh): what a machine or a container begins with.

# fresh_root DIR: makes one by debootstrap. It gets this machine's mirror, resolver, certificates and settings of package
# clients, and nothing else.
fresh_root() {
  local fresh="$1" mirror file
  # The Debian mirror of this machine, from either style of sources.
  mirror=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null |
    awk '$1 == "deb" {for (i = 2; i <= NF; i++) if ($i ~ /^https?:/ && $(i + 1) == "bookworm") {print $i; exit}}')
  [[ -n "$mirror" ]] || mirror=$(cat /etc/apt/sources.list.d/*.sources 2>/dev/null |
    awk '$1 == "URIs:" {uri = $2} $1 == "Suites:" {for (i = 2; i <= NF; i++) if ($i == "bookworm") {print uri; exit}}')
  [[ -n "$mirror" ]] || die "/etc/apt names no mirror of Debian 12 (bookworm)"

  step "bare root from $mirror" "is the mirror reachable?" \
    debootstrap --variant=minbase --include=ca-certificates bookworm "$fresh" "$mirror" || return 1

  cp /etc/resolv.conf /etc/hosts "$fresh/etc/"
  rm -f "$fresh/etc/apt/sources.list"
  grep -lE 'bookworm' /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null | while IFS= read -r file; do
    # Debian's own archive only: other vendors' would not be there on a fresh machine.
    if grep -qE 'deb\.debian\.org|/debian' "$file"; then cp "$file" "$fresh/etc/apt/sources.list.d/"; fi
  done
  [[ ! -f "$fresh/etc/apt/sources.list.d/sources.list" ]] ||
    mv "$fresh/etc/apt/sources.list.d/sources.list" "$fresh/etc/apt/sources.list"
  grep -lE '^Acquire' /etc/apt/apt.conf.d/* 2>/dev/null | xargs -r -I{} cp {} "$fresh/etc/apt/apt.conf.d/"
  cp /usr/local/share/ca-certificates/*.crt "$fresh/usr/local/share/ca-certificates/" 2>/dev/null
  for file in .npmrc .m2/settings.xml; do
    [[ -f "$HOME/$file" ]] && install -D -m 600 "$HOME/$file" "$fresh/root/$file"
  done
  chroot "$fresh" update-ca-certificates >/dev/null 2>&1
}

# What a command in such a root finds set: this machine's proxies, and its certificates for Node, which brings its own.
fresh_environment() {
  local name
  printf '%s\n' HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 "TERM=${TERM:-dumb}"
  for name in http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY; do
    [[ -n "${!name:-}" ]] && printf '%s\n' "$name=${!name}"
  done
  echo NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt
}
