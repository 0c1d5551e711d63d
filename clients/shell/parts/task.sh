# --- Tasks -------------------------------------------------------------------------------------

# martlet_task NAME [--retries N] [--retry-delay S[,S]…] [--timeout S] [--after TASK]… [--param K=V]…
# [--limit NAME[=SLOTS]]… [--label K=V]… [--tag T]… [--run-name N] [--run-version V] [--run-id ID] [--no-logs] -- COMMAND…:
# runs a command or a shell function as a task run below the flow (or $MARTLET_RUN_ID) and keeps its
# exit code, also when the server is away. Its output goes where it would go and to the run's log.
# A time-out is for each attempt and ends with 124. The last of several delays repeats. `--after` waits for a task named so before, or
# given by id, and does not run when that one failed. It has the slots of every `--limit` while it runs and waits in line for
# them; they are the server's to give, so it waits for that too.
martlet_task() {
  _martlet_caller=$(_martlet_self)
  # In a flow's own shell the task runs beside it, so that the shell's traps act at once.
  case ${_martlet_flow_dir:+flow}:$- in
    :* | flow:*m*)
      (_martlet_task_run "$@")
      return ;;
  esac
  { (_martlet_task_run "$@") <&7 7<&- & } 7<&0
  _martlet_child=$!
  while :; do
    _martlet_code=0
    wait "$_martlet_child" 2>/dev/null || _martlet_code=$?
    kill -0 "$_martlet_child" 2>/dev/null || break
  done
  unset _martlet_child
  return "$_martlet_code"
}

_martlet_task_run() {
  _options=$- _separators=$IFS
  set +eCf
  IFS=$_martlet_blank
  _caller=$_martlet_caller
  _name=${1-}
  case $_name in
    '' | -* | *"$_martlet_nl"*)
      _martlet_complain 'usage: martlet_task NAME [--flag VALUE]… -- COMMAND…'
      exit 2 ;;
  esac
  shift
  _fields='' _params='' _labels='' _tags='' _given='' _after='' _captured=1 _limits=''
  _retries=0 _delays=0 _timeout=
  while [ "${1-}" != -- ]; do
    case ${1-} in
      --no-logs) _captured=; shift; continue ;;
    esac
    if [ $# -lt 2 ]; then
      _martlet_complain 'martlet_task: the command comes after --'
      exit 2
    fi
    case $1 in
      --retries)
        case $2 in
          '' | *[!0-9]*) _martlet_complain "--retries takes a number, not '$2'"; exit 2 ;;
        esac
        _retries=$2 ;;
      --retry-delay)
        _delays=
        for _delay in $(printf '%s' "$2" | tr ',' ' '); do
          _delay=$(_martlet_seconds "$1" "$_delay") || exit 2
          _delays="${_delays:+$_delays }$_delay"
        done
        [ -n "$_delays" ] || { _martlet_complain "--retry-delay takes seconds, not '$2'"; exit 2; } ;;
      --timeout) _timeout=$(_martlet_seconds "$1" "$2") || exit 2 ;;
      --after) _after="$_after$2$_martlet_nl" ;;
      --limit)
        case $2 in
          '' | =* | *= | *=*[!0-9]* | *=*=*)
            _martlet_complain "--limit takes NAME or NAME=SLOTS, not '$2'"
            exit 2 ;;
          *=*) _slots=${2##*=} ;;
          *) _slots=1 ;;
        esac
        _limits="${_limits:+$_limits,}{\"name\":$(_martlet_text "${2%%=*}"),\"slots\":$_slots}" ;;
      *) _martlet_flag "$1" "$2" || { _martlet_complain "martlet_task: what is '$1'?"; exit 2; } ;;
    esac
    shift 2
  done
  shift
  if [ $# -eq 0 ]; then
    _martlet_complain 'martlet_task: the command comes after --'
    exit 2
  fi
  _owner=$(_martlet_self) _kind=task _signal='' _command='' _killer='' _code=0
  trap '_martlet_interrupt 1' HUP
  trap '_martlet_interrupt 2' INT USR2
  trap '_martlet_interrupt 15' TERM
  if ! _martlet_prepare; then
    _martlet_complain "$_name goes unrecorded: no directory for it"
    "$@"
    exit
  fi
  _flow=${MARTLET_STATE_DIR:-}
  if [ -n "$_flow" ] && [ -d "$_flow" ]; then
    : >"$_flow/live.$_owner"
    printf '%s %s\n' "$_run" "$_name" >>"$_flow/tasks"
  else
    _flow=
  fi
  _martlet_task_record "$@"
  # The flow may be over already, and its directory gone.
  [ -z "$_flow" ] || { echo "$_code" >"$_flow/ended.$_run" && rm -f "$_flow/live.$_owner"; } 2>/dev/null
  _martlet_discard
  exit "$_code"
}

# From the first report to the last; leaves the exit code in $_code.
_martlet_task_record() {
  _edges='' _held=''
  _martlet_upstream
  _martlet_begin TASK "$_name" "$(_martlet_fields)$(_martlet_policy)" || { _code=1; return; }
  if [ -n "$_held" ]; then
    _code=1
    [ -z "$_recorded" ] || _martlet_send "$(_martlet_report "$(_martlet_state FAILED \
      UpstreamFailed "$_held" ',"failed":{"errorType":"upstream","retriable":false}')")"
    _martlet_complain "$_name did not run: $_held"
    return
  fi
  # Deaf to USR1 until the reporter listens itself: `stop` says the same.
  trap '' USR1
  _martlet_reporter </dev/null >/dev/null 2>&1 &
  _reporter=$!
  trap - USR1
  _attempt=0 _told='' _delay=0
  while :; do
    _attempt=$((_attempt + 1))
    rm -f "$_dir/timeout" "$_dir/last"
    _martlet_attempt "$@"
    if [ "$_code" -eq 0 ] || [ "$_attempt" -gt "$_retries" ]; then break; fi
    if [ -e "$_dir/cancel" ] || [ -e "$_dir/fenced" ]; then break; fi
    [ -z "$_signal" ] || [ -e "$_dir/timeout" ] || break
    _martlet_again || { _told=1; break; }
    [ -z "$_signal" ] || break
  done
  : >"$_dir/stop"
  kill -s USR1 "$_reporter" 2>/dev/null
  _martlet_wait "$_reporter"
  [ -n "$_signal" ] || _signal=$(_martlet_signal_of "$_code")
  [ -n "$_told" ] || _martlet_end "$_code" "$_signal"
}

# Waits before the next attempt. False when the server has the last word said already.
_martlet_again() {
  _said="exit status $_code" _turn=0
  for _value in $_delays; do
    _turn=$((_turn + 1))
    [ "$_turn" -gt "$_attempt" ] || _delay=$_value
  done
  [ ! -e "$_dir/timeout" ] || _said="no end within $_timeout s"
  printf 'WARNING\t%s\n' "$(_martlet_text \
    "Attempt $_attempt: $_said; attempt $((_attempt + 1)) of $((_retries + 1)) in $_delay s.")" \
    >>"$_dir/messages.1"
  [ ! -e "$_dir/timeout" ] || _signal=
  if [ -n "$_recorded" ] && [ -n "$_given" ]; then
    # A run that was taken has the policy of who made it: these attempts are its owner's own business.
    _retry="$(_martlet_state RUNNING AwaitingRetry "Attempt $_attempt: $_said.")"
    _martlet_send "$(_martlet_report "$_retry")"
  elif [ -n "$_recorded" ]; then
    _martlet_tell "$_code" "$(_martlet_signal_of "$_code")"
    case $_verdict$_reason in
      'REPLACED"RETRY"' | KEPT*) ;;
      *) return 1 ;;
    esac
  fi
  sleep "$_delay" &
  _command=$!
  _martlet_wait "$_command"
  _command=
  if [ -z "$_recorded" ] || [ -n "$_signal" ]; then return 0; fi
  _said=
  [ -z "$_given" ] || _said=Retrying
  read -r _before <"$_dir/seq"
  while :; do
    _martlet_ask "$(_martlet_report "$(_martlet_state RUNNING "$_said" '')")"
    if [ "$_verdict" != WAIT ] || [ -n "$_signal" ]; then break; fi
    echo "$_before" >"$_dir/seq"
    sleep "$_wait"
  done
  case $_verdict in
    ACCEPTED | KEPT | WAIT) ;;
    *)
      _martlet_complain "$_name may not be tried again: $_verdict $_reason"
      return 1 ;;
  esac
}

# What the server is told of retries and of the time-out, to which the grace after TERM belongs.
_martlet_policy() {
  if [ "$_retries" -gt 0 ]; then
    _said=
    for _value in $_delays; do _said="${_said:+$_said,}\"${_value}s\""; done
    printf ',"retry":{"maxRetries":%s,"delays":[%s],"retryCrashes":true}' "$_retries" "$_said"
  fi
  [ -z "$_timeout" ] || printf ',"timeout":"%ss"' $((_timeout + ${MARTLET_KILL_AFTER:-10}))
  [ -z "$_limits" ] || printf ',"limits":[%s]' "$_limits"
}

# Waits for a child and leaves its exit code in $_waited, however often a signal comes between.
_martlet_wait() {
  while :; do
    _waited=0
    wait "$1" 2>/dev/null || _waited=$?
    kill -0 "$1" 2>/dev/null || return 0
  done
}

# Waits for the tasks of --after and collects the edges; $_held says why the task may not run.
_martlet_upstream() {
  while IFS= read -r _wanted; do
    [ -n "$_wanted" ] || continue
    _id='' _turn=0
    while :; do
      case $_wanted in
        ????????-????-????-????-????????????) _id=$_wanted ;;
        *)
          [ -z "$_flow" ] || while IFS=' ' read -r _path _value; do
            [ "$_value" != "$_wanted" ] || _id=$_path
          done <"$_flow/tasks" ;;
      esac
      if [ -n "$_id" ] || [ "$_turn" -ge 5 ]; then break; fi
      # One that was started beside this one may not have its name yet.
      sleep 1
      _turn=$((_turn + 1))
    done
    if [ -z "$_id" ]; then
      _held="there is no task $_wanted"
      continue
    fi
    _edges="${_edges:+$_edges,}{\"runId\":\"$_id\"}"
    if [ -z "$_flow" ] || ! grep -q "^$_id " "$_flow/tasks"; then continue; fi
    while [ ! -f "$_flow/ended.$_id" ] && [ -z "$_signal" ]; do
      sleep 0.2 2>/dev/null || sleep 1
    done
    _value=1
    [ ! -f "$_flow/ended.$_id" ] || read -r _value <"$_flow/ended.$_id"
    [ "$_value" -eq 0 ] || _held="task $_wanted ended with exit status $_value"
  done <<AFTER
$_after
AFTER
}

# Runs the command once and leaves its exit code in $_code.
_martlet_attempt() {
  [ -z "$_signal" ] || { _code=$((128 + _signal)); return; }
  date +%s >"$_dir/begun"
  if [ -n "$_captured" ]; then
    rm -f "$_dir/fifo".*
    mkfifo "$_dir/fifo.out" "$_dir/fifo.err" "$_dir/fifo.out.copy" "$_dir/fifo.err.copy"
    _martlet_segments out &
    _readers=$!
    _martlet_segments err &
    _readers="$_readers $!"
    _martlet_pass out &
    _tees=$!
    _martlet_pass err >&2 &
    _tees="$_tees $!"
    # An asynchronous command has no standard input of its own: hand it on by another descriptor.
    { _martlet_command "$@" <&7 7<&- >"$_dir/fifo.out" 2>"$_dir/fifo.err" & } 7<&0
  else
    { _martlet_command "$@" <&7 7<&- & } 7<&0
  fi
  _command=$!
  echo "$_command" >"$_dir/command"
  [ -z "$_signal" ] || _martlet_interrupt "$_signal"
  _martlet_wait "$_command"
  _code=$_waited
  rm -f "$_dir/command"
  if [ -n "$_captured" ]; then
    # A command that was killed early has not opened its pipes: who waits for that is let go, also
    # one who comes to it late.
    for _pid in $_tees; do
      while [ ! -e "$_dir/fifo.out.open" ] || [ ! -e "$_dir/fifo.err.open" ]; do
        _martlet_alive "$_pid" || break
        : <>"$_dir/fifo.out" <>"$_dir/fifo.err"
        sleep 0.05 2>/dev/null || sleep 1
      done
      _martlet_wait "$_pid"
    done
    : <>"$_dir/fifo.out.copy" <>"$_dir/fifo.err.copy"
    for _pid in $_readers; do _martlet_wait "$_pid"; done
  fi
  _command=
  rm -f "$_dir/begun"
  if [ -n "$_killer" ]; then
    kill "$_killer" 2>/dev/null
    _killer=
  fi
  [ ! -e "$_dir/timeout" ] || _code=124
}

# Passes a stream through, byte for byte, with a copy for the log.
_martlet_pass() {
  trap '' HUP INT TERM
  exec <"$_dir/fifo.$1"
  : >"$_dir/fifo.$1.open"
  exec tee "$_dir/fifo.$1.copy"
}

# Keeps that copy in segments of at most 256 reads; one is finished when the next exists. Segments
# of an attempt follow those of the attempt before.
_martlet_segments() {
  trap '' HUP INT TERM
  _number=1
  [ ! -f "$_dir/$1.next" ] || read -r _number <"$_dir/$1.next"
  if [ -n "$(tail -c 1 "$_dir/$1.$((_number - 1))" 2>/dev/null | tr -d '\000')" ]; then
    # The attempt before ended within a line.
    echo >"$_dir/$1.$_number"
    _number=$((_number + 1))
  fi
  while :; do
    dd bs=65536 count=256 2>/dev/null >"$_dir/$1.$_number"
    [ -s "$_dir/$1.$_number" ] || break
    _number=$((_number + 1))
  done <"$_dir/fifo.$1.copy"
  echo "$_number" >"$_dir/$1.next"
}

# The command, with the shell options and the environment that its caller has.
_martlet_command() {
  eval "$(_martlet_exports)"
  unset _martlet_flow_dir
  [ -z "$_captured" ] || export MARTLET_CAPTURED=1
  trap - HUP INT TERM USR2
  IFS=$_separators
  case $_options in *f*) set -f ;; esac
  case $_options in *C*) set -C ;; esac
  case $_options in *e*) set -e ;; esac
  case $(command -v -- "$1") in
    */*) exec "$@" ;;
  esac
  "$@"
}

# Stops the command: TERM to it and all below, after the grace KILL.
_martlet_interrupt() {
  _signal=${_signal:-$1}
  [ -n "$_command" ] && [ -z "$_killer" ] || return 0
  _victims=$(_martlet_kill TERM "$_command")
  _grace=
  [ ! -f "$_dir/grace" ] || read -r _grace <"$_dir/grace"
  # The server's bound for a cancelled run is its own: be done a little earlier.
  case $_grace in
    '' | *[!0-9]*) _grace=${MARTLET_KILL_AFTER:-10} ;;
    0 | 1 | 2 | 3) _grace=1 ;;
    *) _grace=$((_grace - 2)) ;;
  esac
  (
    trap '' HUP INT USR2
    trap - TERM
    sleep "$_grace"
    for _pid in $_victims; do kill -s KILL "$_pid" 2>/dev/null; done
    _martlet_kill KILL "$_command"
  ) </dev/null >/dev/null 2>&1 &
  _killer=$!
}
