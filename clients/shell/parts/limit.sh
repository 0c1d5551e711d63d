# --- Slots of limits ---------------------------------------------------------------------------

# martlet_limit_acquire NAME[=SLOTS]… [--scope SCOPE] [--wait TIME] [--ttl TIME]: takes slots of limits, all or none.
# Waits in line for them, at most so long when told (1 when they did not come). A process beside this shell keeps them
# until martlet_limit_release, or until the shell ends; when the machine dies they come back after --ttl (60 s).
martlet_limit_acquire() {
  _martlet_slots_of=$(_martlet_self)
  _martlet_slots=$(_martlet_limit_take "$@") || {
    set -- $?
    unset _martlet_slots
    return "$1"
  }
  _martlet_leases="$_martlet_slots ${_martlet_leases:-}"
}

# martlet_limit_release: gives back what martlet_limit_acquire took last. 1 when the slots had been lost meanwhile.
martlet_limit_release() {
  case ${_martlet_leases:-} in
    *:*) ;;
    *) _martlet_complain 'martlet_limit_release: nothing is held'; return 2 ;;
  esac
  _martlet_slots=${_martlet_leases%% *}
  _martlet_leases=${_martlet_leases#* }
  _martlet_limit_give "${_martlet_slots%%:*}" "${_martlet_slots##*:}"
}

_martlet_leases=

# Takes slots and prints the lease with the process that keeps it, as ID:PID.
_martlet_limit_take() (
  set +eCf
  IFS=$_martlet_blank
  _owner=$_martlet_slots_of _scope=GLOBAL _ttl=60 _limit='' _limits=''
  while [ $# -gt 0 ]; do
    case $1 in
      --scope)
        _scope=$(printf '%s' "${2-}" | tr '[:lower:]' '[:upper:]')
        case $_scope in
          GLOBAL | TAG | DEPLOYMENT | POOL | QUEUE) ;;
          *) _martlet_complain "--scope takes global, tag, deployment, pool or queue, not '${2-}'"; exit 2 ;;
        esac
        shift 2 ;;
      --wait) _limit=$(_martlet_seconds "$1" "${2-}") || exit 2; shift 2 ;;
      --ttl) _ttl=$(_martlet_seconds "$1" "${2-}") || exit 2; shift 2 ;;
      '' | -*) _martlet_complain "martlet_limit_acquire: what is '$1'?"; exit 2 ;;
      *)
        _slots=1 _name=$1
        case $1 in
          *=*)
            _slots=${1##*=} _name=${1%=*}
            case $_slots in
              '' | *[!0-9]*) _martlet_complain "NAME=SLOTS takes a number, not '$_slots'"; exit 2 ;;
            esac ;;
        esac
        _limits="${_limits:+$_limits,}{\"ref\":$(_martlet_text "$_name"),\"scope\":\"LIMIT_SCOPE_$_scope\",\"slots\":$_slots}"
        shift ;;
    esac
  done
  if [ -z "$_limits" ]; then
    _martlet_complain 'usage: martlet_limit_acquire NAME[=SLOTS]… [--wait TIME]'
    exit 2
  fi
  _id=$(martlet_uuid)
  _begun=$(date +%s)
  while :; do
    _turn=20
    [ -z "$_limit" ] || _turn=$((_begun + _limit - $(date +%s)))
    [ "$_turn" -le 20 ] || _turn=20
    [ "$_turn" -ge 0 ] || _turn=0
    _said=$(_martlet_limit_request | _martlet_post LimitService/AcquireLease 2>&1) && break
    _code=$?
    # In line, or the server is away: there is more to come. The last word is for the caller.
    case $_code in
      5 | 6)
        if [ -z "$_limit" ] || [ $(($(date +%s) - _begun)) -lt "$_limit" ]; then
          [ "$_code" -eq 6 ] || sleep 1
          continue
        fi ;;
    esac
    printf '%s\n' "$_said" >&2
    # What was granted in the last moment goes back.
    _martlet_limit_call ReleaseLease '' >/dev/null
    [ "$_code" -ne 6 ] || _code=1
    exit "$_code"
  done
  # By exec: dash keeps what a redirection of a function replaces, here the pipe that the caller reads to its end.
  (
    exec </dev/null >/dev/null 2>&1
    _martlet_limit_keep
  ) &
  printf '%s:%s\n' "$_id" "$!"
)

_martlet_limit_request() {
  printf '{"namespace":%s,"id":"%s","limits":[%s],"ttl":"%ss","wait":"%ss",' \
    "$(_martlet_text "${MARTLET_NAMESPACE:-}")" "$_id" "$_limits" "$_ttl" "$_turn"
  printf '"collisionStrategy":"COLLISION_STRATEGY_ENQUEUE","holder":{"name":%s,"runId":"%s"}}\n' \
    "$(_martlet_text "$(uname -n):$_owner ${0##*/}")" "${MARTLET_RUN_ID:-}"
}

# Calls a method for the lease $_id; $2 is more of the request.
_martlet_limit_call() {
  printf '{"namespace":%s,"id":"%s"%s}\n' "$(_martlet_text "${MARTLET_NAMESPACE:-}")" "$_id" "$2" |
    (_martlet_quiet=1 _martlet_limit=15; _martlet_post "LimitService/$1")
}

# Runs beside the shell: renews the lease, and gives it back when the shell is gone.
_martlet_limit_keep() {
  trap '' HUP INT USR1 USR2
  trap 'kill "$_nap" 2>/dev/null; exit 0' TERM
  _beat=$(date +%s)
  while :; do
    sleep 1 &
    _nap=$!
    wait "$_nap"
    _martlet_alive "$_owner" || { _martlet_limit_call ReleaseLease ''; exit 0; }
    _clock=$(date +%s)
    [ $((_clock - _beat)) -ge $((_ttl / 3)) ] || continue
    _beat=$_clock
    _martlet_limit_call RenewLease ''
    # The lease has ended: there is nothing left to keep.
    case $? in 1 | 3) exit 0 ;; esac
  done
}

# Gives the lease $1 back and ends its keeper $2.
_martlet_limit_give() (
  set +eCf
  IFS=$_martlet_blank
  _id=$1
  kill -s TERM "$2" 2>/dev/null
  _martlet_limit_call RenewLease '' >/dev/null
  case $? in
    1 | 3)
      _martlet_complain 'martlet_limit_release: the slots had been lost'
      exit 1 ;;
  esac
  _martlet_limit_call ReleaseLease '' >/dev/null
  _code=$?
  [ "$_code" -eq 0 ] || _martlet_complain 'martlet_limit_release: not heard; the slots come back with the end of their lease'
  exit "$_code"
)
