# --- Ids and clocks ----------------------------------------------------------------------------

# martlet_uuid: a UUIDv7 (RFC 9562), the id and idempotency key of whatever is created with it.
martlet_uuid() (
  set +eCf
  IFS=$_martlet_blank
  _ms=$(date +%s%N)
  case $_ms in
    *[!0-9]*) _ms=$(date +%s)000 ;;
    *) _ms=${_ms%??????} ;;
  esac
  _ms=$(printf '%012x' "$_ms")
  # shellcheck disable=SC2046
  set -- $(od -An -v -N10 -tx1 /dev/urandom)
  printf '%s-%s-%04x-%04x-%s\n' "${_ms%????}" "${_ms#????????}" \
    $(((0x$1$2 & 0xfff) | 0x7000)) $(((0x$3$4 & 0x3fff) | 0x8000)) "$5$6$7$8$9${10}"
)

# A random UUID, which names this execution among all others.
_martlet_random() (
  set +eCf
  IFS=$_martlet_blank
  # shellcheck disable=SC2046
  set -- $(od -An -v -N16 -tx1 /dev/urandom)
  printf '%s-%s-%04x-%04x-%s\n' "$1$2$3$4" "$5$6" \
    $(((0x$7$8 & 0xfff) | 0x4000)) $(((0x$9${10} & 0x3fff) | 0x8000)) \
    "${11}${12}${13}${14}${15}${16}"
)

# The time as protobuf's JSON has it, as fine as this system's date knows it.
_martlet_time() (
  _now=$(date -u '+%Y-%m-%dT%H:%M:%S.%NZ')
  case ${_now#*.} in
    *[!0-9]*Z | Z) _now=${_now%%.*}Z ;;
  esac
  printf '%s\n' "$_now"
)

# --- The call ----------------------------------------------------------------------------------

_martlet_url() (
  _url=${MARTLET_API_URL:-http://127.0.0.1:4200}
  # Of several replicas the first.
  _url=${_url%%,*}
  printf '%s\n' "${_url%/}"
)

# martlet_call SERVICE/METHOD: posts the JSON on standard input, prints the JSON of the answer.
martlet_call() (
  set +eCf
  case ${1-} in
    ?*/?*) ;;
    *) _martlet_complain "usage: martlet_call SERVICE/METHOD <request.json"; exit 2 ;;
  esac
  _martlet_post "$1"
  _code=$?
  [ "$_code" -ne 6 ] || _code=1
  exit "$_code"
)

# As martlet_call, with 6 for what may succeed later.
_martlet_post() (
  IFS=$_martlet_blank
  _method=$1
  _url=$(_martlet_url)
  set -- --silent --request POST --data-binary @- --write-out '\n%{http_code}' \
    --connect-timeout "${MARTLET_CONNECT_TIMEOUT:-3}" --max-time "${MARTLET_TIMEOUT:-${_martlet_limit:-75}}" \
    --header 'content-type: application/json' --header 'accept: application/json' \
    --header 'expect:' --user-agent martlet-shell
  case $_url in
    *://127.*|*://localhost|*://localhost[:/]*|*://'[::1]'*) set -- "$@" --noproxy '*' ;;
  esac
  [ -z "${MARTLET_API_TLS_CA:-}" ] || set -- "$@" --cacert "$MARTLET_API_TLS_CA"
  [ -z "${MARTLET_API_TLS_CERT:-}" ] || set -- "$@" --cert "$MARTLET_API_TLS_CERT"
  [ -z "${MARTLET_API_TLS_KEY:-}" ] || set -- "$@" --key "$MARTLET_API_TLS_KEY"
  [ "${MARTLET_API_TLS_INSECURE:-}" != 1 ] || set -- "$@" --insecure
  [ -z "${MARTLET_TRACEPARENT:-}" ] || set -- "$@" --header "traceparent: $MARTLET_TRACEPARENT"
  if [ -n "${MARTLET_API_KEY:-}" ]; then
    case $MARTLET_API_KEY in
      *[!-A-Za-z0-9._~+/=]*)
        _martlet_complain 'MARTLET_API_KEY has characters that no key has'
        exit 4 ;;
    esac
    # By a descriptor, so that the key is in no list of processes.
    _out=$(curl --config /dev/fd/8 "$@" "$_url/martlet.v1.${_method#martlet.v1.}" 8<<KEY
header = "authorization: Bearer $MARTLET_API_KEY"
KEY
    )
  else
    _out=$(curl "$@" "$_url/martlet.v1.${_method#martlet.v1.}")
  fi
  _code=$?
  if [ "$_code" -ne 0 ]; then
    [ -n "${_martlet_quiet:-}" ] ||
      _martlet_complain "$_method: no answer from $_url (curl: $_code)"
    exit 5
  fi
  case $_out in
    *"${_martlet_nl}200")
      printf '%s\n' "${_out%????}"
      exit 0 ;;
  esac
  _martlet_refusal "$_method" "$_out"
)

# Says why a call failed, and leaves with the code for it. The last three bytes are the status.
_martlet_refusal() {
  _status=${2##*"$_martlet_nl"}
  _said=$(printf '%s' "${2%????}" | _martlet_json error 2>/dev/null) || _said=
  _name=${_said%%"$_martlet_nl"*}
  _said=${_said#*"$_martlet_nl"}
  if [ -z "$_name" ]; then
    _said="HTTP status $_status"
    case $_status in
      401) _name=unauthenticated ;;
      403) _name=permission_denied ;;
      404) _name=unimplemented ;;
      429 | 502 | 503 | 504) _name=unavailable ;;
      *) _name=unknown ;;
    esac
  fi
  [ -n "${_martlet_quiet:-}" ] || _martlet_complain "$1: $_name: $_said"
  case $_name in
    not_found) exit 3 ;;
    unauthenticated | permission_denied) exit 4 ;;
    unavailable) exit 5 ;;
    aborted | canceled | deadline_exceeded | internal | resource_exhausted | unknown) exit 6 ;;
    *) exit 1 ;;
  esac
}
