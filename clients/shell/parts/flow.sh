# --- Flows -------------------------------------------------------------------------------------

# martlet_flow NAME [--param K=V]… [--label K=V]… [--tag T]… [--run-name N] [--run-version V]
# [--run-id ID]: from here to its end this shell is a run of flow NAME. Its exit code becomes the
# run's end: 0 COMPLETED, n FAILED; INT or a request to cancel CANCELLED, HUP and TERM CRASHED.
# An EXIT trap set before is kept and runs first; signals trapped before stay yours. With an EXIT
# trap set later, call `martlet_flow_end $?` in it.
martlet_flow() {
  if [ -n "${_martlet_flow_dir:-}" ]; then
    _martlet_complain "this shell is a run of a flow already"
    return 2
  fi
  _martlet_shell=$(_martlet_self)
  _martlet_flow_dir=$(_martlet_flow_open "$@") || {
    set -- $?
    unset _martlet_flow_dir
    return "$1"
  }
  _martlet_outside="${MARTLET_RUN_ID:-} ${MARTLET_TRACEPARENT:-}"
  _martlet_inside_of=${MARTLET_STATE_DIR:-}
  # shellcheck disable=SC1091
  . "$_martlet_flow_dir/exports"
  (
    # shellcheck disable=SC1091
    . "$_martlet_flow_dir/names"
    _owner=$_martlet_shell _kind=flow
    # Deaf to USR1 until the reporter listens itself: `stop` says the same.
    trap '' USR1
    _martlet_reporter </dev/null >/dev/null 2>&1 &
    echo "$!" >"$_dir/reporter"
  )
  _martlet_signals_had=' '
  trap >|"$_martlet_flow_dir/traps"
  sed 's/^trap -- /_martlet_trap_was /' "$_martlet_flow_dir/traps" >|"$_martlet_flow_dir/had"
  # shellcheck disable=SC1091
  . "$_martlet_flow_dir/had"
  trap _martlet_flow_exit EXIT
  case $_martlet_signals_had in *' HUP '*) ;; *) trap '_martlet_flow_signal HUP 1' HUP ;; esac
  case $_martlet_signals_had in *' INT '*) ;; *) trap '_martlet_flow_signal INT 2' INT ;; esac
  case $_martlet_signals_had in *' TERM '*) ;; *) trap '_martlet_flow_signal TERM 15' TERM ;; esac
}

_martlet_exit_was=

_martlet_trap_was() {
  case $2:$1 in
    # Our own, from a flow that was ended by hand.
    *:_martlet_flow_*) ;;
    EXIT:*) _martlet_exit_was=$1 ;;
    *) _martlet_signals_had="$_martlet_signals_had${2#SIG} " ;;
  esac
}

# Begins the flow run and prints its directory; `exports` and `names` in it are for the shell.
_martlet_flow_open() (
  set +eCf
  IFS=$_martlet_blank
  _name=${1-}
  case $_name in
    '' | -*) _martlet_complain 'usage: martlet_flow NAME [--param K=V]…'; exit 2 ;;
  esac
  shift
  _fields='' _params='' _labels='' _tags='' _given=''
  while [ $# -gt 0 ]; do
    if [ $# -lt 2 ] || ! _martlet_flag "$1" "$2"; then
      _martlet_complain "martlet_flow: what is '$1'?"
      exit 2
    fi
    shift 2
  done
  _martlet_prepare || exit 1
  if ! _martlet_begin FLOW "$_name" "$(_martlet_fields)"; then
    _martlet_discard
    exit 1
  fi
  cat >"$_dir/names" <<NAMES
_dir=$_dir _run=$_run _epoch=$_epoch _execution=$_execution _session=$_session
_recorded=$_recorded _holder='$(printf '%s' "$_holder" | sed "s/'/'\\\\''/g")'
NAMES
  _martlet_exports >"$_dir/exports"
  printf '%s\n' "$_dir"
)

# What a run's own commands see.
_martlet_exports() {
  cat <<EXPORTS
MARTLET_RUN_ID=$_run MARTLET_EPOCH=$_epoch MARTLET_EXECUTION_ID=$_execution
MARTLET_TRACEPARENT=$_span MARTLET_OUTPUT=$_dir/result MARTLET_STATE_DIR=$_dir
export MARTLET_RUN_ID MARTLET_EPOCH MARTLET_EXECUTION_ID MARTLET_TRACEPARENT MARTLET_OUTPUT
export MARTLET_STATE_DIR
EXPORTS
}

# martlet_flow_end [CODE]: ends the flow run now. Done by itself when the shell exits.
martlet_flow_end() {
  [ -n "${_martlet_flow_dir:-}" ] || return 0
  (
    set +eCfx
    IFS=$_martlet_blank
    # shellcheck disable=SC1091
    . "$_martlet_flow_dir/names"
    : >"$_dir/stop"
    read -r _reporter <"$_dir/reporter" && kill -s USR1 "$_reporter" 2>/dev/null
    _turn=0
    while [ ! -e "$_dir/shipped" ] && [ "$_turn" -lt 100 ] && kill -0 "$_reporter" 2>/dev/null; do
      sleep 0.1 2>/dev/null || sleep 1
      _turn=$((_turn + 1))
    done
    _martlet_end "${1:-0}" "${2-}"
    _martlet_discard
  ) || :
  unset _martlet_flow_dir MARTLET_EPOCH MARTLET_EXECUTION_ID MARTLET_OUTPUT MARTLET_STATE_DIR
  MARTLET_RUN_ID=${_martlet_outside% *} MARTLET_TRACEPARENT=${_martlet_outside#* }
  [ -n "$MARTLET_RUN_ID" ] || unset MARTLET_RUN_ID
  [ -n "$MARTLET_TRACEPARENT" ] || unset MARTLET_TRACEPARENT
  [ -z "$_martlet_inside_of" ] || export MARTLET_STATE_DIR="$_martlet_inside_of"
}

_martlet_flow_exit() {
  _martlet_status=$?
  trap - EXIT
  # The script's own action finds `$?` as it would be without us.
  if [ "$_martlet_status" -eq 0 ]; then
    eval "$_martlet_exit_was" || :
  else
    _martlet_return "$_martlet_status" || eval "$_martlet_exit_was" || :
  fi
  martlet_flow_end "$_martlet_status"
  exit "$_martlet_status"
}

_martlet_return() { return "$1"; }

# A signal: $1 its name, $2 its number. Tasks of this flow that still run get it too.
_martlet_flow_signal() {
  trap '' HUP INT TERM
  trap - EXIT
  for _martlet_file in "${_martlet_flow_dir:-}"/live.*; do
    [ -e "$_martlet_file" ] || continue
    if [ "$1" = INT ]; then
      kill -s USR2 "${_martlet_file##*.}" 2>/dev/null || :
    else
      kill -s TERM "${_martlet_file##*.}" 2>/dev/null || :
    fi
  done
  [ -z "${_martlet_child:-}" ] || wait "$_martlet_child" || :
  eval "$_martlet_exit_was" || :
  martlet_flow_end $((128 + $2)) "$2"
  trap - HUP INT TERM
  kill -s "$1" "$_martlet_shell"
  exit $((128 + $2))
}
