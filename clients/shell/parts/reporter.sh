# --- The reporter ------------------------------------------------------------------------------

# Makes frames of log lines out of standard input. Input ends in an `x`, so that an unfinished line
# is known; it stays for the next time unless `final`. Prints how many bytes were consumed.
_martlet_awk_ship="$_martlet_awk_escape"'
BEGIN {
  escape_begin()
  line = ENVIRON["_line"] + 0; logger = ENVIRON["_logger"]; final = ENVIRON["_final"]
  head = "{\"runId\":\"" ENVIRON["_run"] "\",\"epoch\":\"" ENVIRON["_epoch"] \
    "\",\"executionId\":\"" ENVIRON["_execution"] "\",\"log\":{\"time\":\"" ENVIRON["_now"] \
    "\",\"line\":\""
  used = 0; frames = 0; entries = 0; size = 0; last = ""
}
NR > 1 { used += length(before) + 1; whole(before) }
{ before = $0 }
END {
  before = substr(before, 1, length(before) - 1)
  if (final && before != "") { used += length(before); whole(before) }
  else while (length(before) >= 65536) {
    cut = 65536
    while (cut > 65530 && substr(before, cut + 1, 1) ~ /[\200-\277]/) cut--
    entry(substr(before, 1, cut)); used += cut; before = substr(before, cut + 1)
  }
  if (entries) finish()
  print used, line, frames
  if (logger == "stderr" && last != "") print last > (ENVIRON["_dir"] "/last")
}
function whole(s,  cut) {
  sub(/\r$/, "", s)
  if (logger == "stderr" && s ~ /[^ \t]/) last = s
  while (length(s) > 65536) {
    cut = 65536
    while (cut > 65530 && substr(s, cut + 1, 1) ~ /[\200-\277]/) cut--
    entry(substr(s, 1, cut)); s = substr(s, cut + 1)
  }
  entry(s)
}
function entry(s,  rest, level, name) {
  level = logger == "stderr" ? "WARNING" : "INFO"
  if (logger == "messages") {
    # LEVEL, logger and text, quoted already.
    level = substr(s, 1, index(s, "\t") - 1)
    s = substr(s, length(level) + 2)
    rest = ",\"message\":" s
    name = "martlet_log"
  } else {
    rest = ",\"message\":\"" escape(s) "\""
    name = logger
  }
  if (entries == 1000 || size > 500000) finish()
  if (entries == 0) {
    file = ENVIRON["_dir"] "/logs." (++frames)
    printf "%s", ENVIRON["_open"] > file
  } else printf "," > file
  print head (++line) "\",\"level\":\"LOG_LEVEL_" level "\",\"logger\":\"" name "\"" rest "}}" > file
  entries++
  size += length(rest) + 200
}
function finish() { print "]}" > file; close(file); entries = 0; size = 0 }
'

# Ships the new lines of one source, $1: messages, out or err. The first argument after is where
# reading goes on: a segment and an offset, kept in variables named after the source.
_martlet_ship() {
  eval "_at=\$_at_$1 _offset=\$_offset_$1"
  while :; do
    _first="$_dir/$1.$_at"
    [ -f "$_first" ] || break
    # Whether a next one exists is asked before the size: then the size is final if it does.
    _next="$_dir/$1.$((_at + 1))"
    [ -f "$_next" ] || _next=
    _total=$(wc -c <"$_first")
    _total=$((_total))
    if [ "$_offset" -ge "$_total" ]; then
      [ -n "$_next" ] || break
      rm -f "$_first"
      _at=$((_at + 1)) _offset=$((_offset - _total))
      continue
    fi
    case $1 in
      out) _logger=stdout ;;
      err) _logger=stderr ;;
      *) _logger=messages ;;
    esac
    _now=$(_martlet_time)
    _open=$(_martlet_frame '')
    _open=${_open%']}'}
    # shellcheck disable=SC2046
    set -- "$1" $(
      export _line _logger _final _run _epoch _execution _now _dir _open LC_ALL=C
      { tail -c +$((_offset + 1)) "$_first"; [ -z "$_next" ] || cat "$_next"; } 2>/dev/null |
        head -c 1000000 | tr '\000' '\377' | { cat; printf x; } | awk "$_martlet_awk_ship"
    )
    [ "${2:-0}" -gt 0 ] || break
    _offset=$((_offset + $2)) _line=$3
    _count=0
    while [ "$_count" -lt "$4" ]; do
      _count=$((_count + 1))
      _answer=$(_martlet_deliver "$_dir/logs.$_count")
      _code=$?
      rm -f "$_dir/logs.$_count"
      case $_code in
        0) _martlet_obey "$_answer" ;;
        5) _pause=5 ;;
      esac
    done
    set -- "$1"
  done
  eval "_at_$1=\$_at _offset_$1=\$_offset"
}

_martlet_ship_all() {
  _martlet_ship messages
  _martlet_ship out
  _martlet_ship err
}

# Whether a process still runs; one that only waits to be collected does not.
_martlet_alive() {
  kill -0 "$1" 2>/dev/null || return 1
  { read -r _stat <"/proc/$1/stat"; } 2>/dev/null || return 0
  case ${_stat##*)} in
    ' Z'*) return 1 ;;
  esac
}

# Runs beside a run until its shell says stop (USR1) or is gone; $_owner is that shell.
_martlet_reporter() {
  set +eCfx
  IFS=$_martlet_blank
  trap '' HUP INT TERM
  trap '_stop=1' USR1
  _stop='' _final='' _line=0 _pause=1 _told='' _martlet_quiet=1
  _at_messages=1 _at_out=1 _at_err=1 _offset_messages=0 _offset_out=0 _offset_err=0
  _beat=$(date +%s)
  while [ -z "$_stop" ] && [ ! -e "$_dir/stop" ]; do
    sleep "$_pause" &
    wait "$!" || :
    if ! _martlet_alive "$_owner"; then
      _martlet_lost
      return
    fi
    [ -z "${_caller:-}" ] || _martlet_alive "$_caller" || kill -s TERM "$_owner" 2>/dev/null
    _pause=1
    _martlet_ship_all
    _clock=$(date +%s)
    if [ $((_clock - _beat)) -ge $((_martlet_lease / 3)) ]; then
      _beat=$_clock
      _answer=$(_martlet_limit=15; _martlet_frame '' | _martlet_post ReportService/BatchReport) &&
        _martlet_obey "$_answer"
    fi
    if [ -n "${_timeout:-}" ] && [ -f "$_dir/begun" ] && read -r _begun <"$_dir/begun" &&
      [ $((_clock - _begun)) -gt "$_timeout" ] && [ ! -e "$_dir/timeout" ]; then
      : >"$_dir/timeout"
      kill -s TERM "$_owner" 2>/dev/null
    fi
  done
  _final=1
  _martlet_ship_all
  : >"$_dir/shipped"
}

# The run's shell is gone without a word: say so at once instead of letting its lease lapse.
_martlet_lost() {
  _final=1
  if [ -f "$_dir/command" ] && read -r _command <"$_dir/command"; then
    _martlet_kill TERM "$_command" >/dev/null
  fi
  _martlet_ship_all
  if [ ! -e "$_dir/ended" ]; then
    _martlet_send "$(_martlet_report "$(_martlet_state CRASHED '' 'Its shell was killed.' \
      ',"crashed":{"note":"the shell ended without a report"}')")"
  fi
  _martlet_discard
}
