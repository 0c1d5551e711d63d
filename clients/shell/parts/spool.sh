# ---------------------------------------------------------------------------------------------
# Flows and tasks: how a script reports what it does, and what is kept while the server is away.
#
# A run has a directory of its own, $MARTLET_STATE_DIR: `seq` (reports so far), `messages` (lines of
# martlet_log), `out.N` and `err.N` (captured output), `tasks` (id and name of each task below it),
# `ended.ID` (their exit codes), `result` (what the run returns). A reporter process beside each run
# ships its lines once a second, renews its lease, and hears when it is to stop. It ends with the
# run's shell, and when that was killed it says so.

# --- Sending and keeping -----------------------------------------------------------------------

# Where frames wait for the server, one file each. Names begin with a number above all others
# there, so that what happened after something was kept is kept after it.
_martlet_spool_dir() (
  _url=$(_martlet_url)
  printf '%s/spool/%s\n' "${MARTLET_HOME:-${HOME:-/tmp}/.martlet}" \
    "$(printf '%s' "${_url#*://}" | tr -c 'A-Za-z0-9.-' _)"
)

# Keeps the frame in file $1 for later.
_martlet_keep() (
  _spool=$(_martlet_spool_dir)
  (umask 077 && mkdir -p "$_spool") 2>/dev/null
  _name=$(_martlet_random)
  set -- "$1" "$_spool"/*.json
  eval "_last=\${$#}"
  _last=${_last##*/}
  _last=${_last%%-*}
  case $_last in
    *[!0-9]*) _last=0 ;;
  esac
  _last=$(printf '%s' "$_last" | sed 's/^0*//')
  _name=$(printf '%010d-%s' $((${_last:-0} + 1)) "$_name")
  if (umask 077 && cat "$1" >"$_spool/.$_name" && mv "$_spool/.$_name" "$_spool/$_name.json") \
    2>/dev/null; then
    exit 0
  fi
  _martlet_complain "cannot keep a report in $_spool: it is lost"
  exit 1
)

# martlet_spool_push: sends what was kept, oldest first; exit 5 when the server is still away.
# Everything kept is safe to send twice: the server knows it by run, epoch and seq, or by its id.
martlet_spool_push() (
  set +eCf
  for _kept in "$(_martlet_spool_dir)"/*.json; do
    [ -f "$_kept" ] || continue
    # Another process may have sent and removed it just now.
    _turn=0
    while :; do
      { _answer=$(_martlet_post ReportService/BatchReport <"$_kept"); } 2>/dev/null
      _code=$?
      case $_code$_answer in
        0*CODE_WAIT*) ;;
        *) break ;;
      esac
      # The run is not due yet, and what follows in the file was not heard either. Others are not to
      # wait for it for ever.
      _turn=$((_turn + 1))
      [ "$_turn" -le 10 ] || exit 5
      _martlet_judge "$_answer"
      sleep "$_wait"
    done
    case $_code in
      0) rm -f "$_kept" ;;
      4 | 5 | 6) [ ! -f "$_kept" ] || exit "$_code" ;;
      *)
        if [ -f "$_kept" ]; then
          mkdir -p "${_kept%/*}/refused" && mv "$_kept" "${_kept%/*}/refused/"
          _martlet_complain "a kept report was refused: see ${_kept%/*}/refused"
        fi ;;
    esac
  done
)

# True when something is kept.
_martlet_spooled() (
  for _kept in "$(_martlet_spool_dir)"/*.json; do
    [ -f "$_kept" ] && exit 0
  done
  exit 1
)

# After a call that reached the server: now is the time to send what was kept.
_martlet_spool_notice() {
  if _martlet_spooled; then martlet_spool_push; fi
}

# Sends the frame in file $1 after everything kept before it and prints the answer. Exit 5 when it
# was kept instead, another code when the server would not have it. A server that does not answer is
# left alone for a while, so that the run does not wait for it time and again.
_martlet_deliver() (
  _martlet_limit=15
  _mute=$(_martlet_spool_dir)/.mute
  _clock=$(date +%s)
  _since=0
  [ ! -f "$_mute" ] || read -r _since <"$_mute"
  if [ $((_clock - _since)) -ge 30 ]; then
    if ! _martlet_spooled || martlet_spool_push; then
      _martlet_post ReportService/BatchReport <"$1"
      _code=$?
      case $_code in
        4 | 5 | 6) ;;
        *) exit "$_code" ;;
      esac
    fi
    _since=$(date +%s)
    if [ $((_since - _clock)) -ge 2 ]; then
      (umask 077 && mkdir -p "${_mute%/*}" && echo "$_since" >"$_mute") 2>/dev/null
    fi
  fi
  _martlet_keep "$1" || exit 1
  exit 5
)
