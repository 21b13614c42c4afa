# bash completion of simrec; generated from --help by tests/project/completions.py (ninja completions): do not edit

_simrec_files() {
  compopt -o filenames 2>/dev/null
  local word=$1 pattern
  shift
  mapfile -t COMPREPLY < <(for pattern; do compgen -f -X "!$pattern" -- "$word"; done; compgen -d -- "$word")
  [ ${#COMPREPLY[@]} -gt 0 ] || mapfile -t COMPREPLY < <(compgen -f -- "$word")
}
_simrec() {
  local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} command= value= i
  # Bash divides words at '=': --format=x arrives as three.
  if [[ $word == = ]]; then word=; elif [[ $previous == = ]]; then previous=${COMP_WORDS[COMP_CWORD-2]}; fi
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; ++i)); do
    case ${COMP_WORDS[i]} in
      --) [[ -z $command ]] && ((++i < COMP_CWORD)) && command=${COMP_WORDS[i]}; break ;;
      -o|--output|--sample|--fast-after|-p|--attach|--duration|--max-size) [[ ${COMP_WORDS[i+1]} == = ]] && ((++i)); ((++i)) ;;
      -*) ;;
      *) command=${COMP_WORDS[i]}; break ;;
    esac
  done
  if [[ -n $command ]]; then  # the program to record completes its own arguments
    if declare -F _command_offset >/dev/null; then _command_offset $i; else _simrec_files "$word" '*'; fi
    return
  fi
  case "$command $previous" in
    *' '-o|*' '--output) _simrec_files "$word" '*'; return ;;
    *' '--sample) :; return ;;
    *' '--fast-after) :; return ;;
    *' '-p|*' '--attach) mapfile -t COMPREPLY < <(compgen -W "$(cd /proc && echo [0-9]*)" -- "$word"); return ;;
    *' '--duration) :; return ;;
    *' '--max-size) :; return ;;
  esac
  if [[ $word == -* ]]; then mapfile -t COMPREPLY < <(compgen -W "-h --help -o --output --no-clobber --stacks --sample --all-syscalls --allow-io-uring --one-core --no-fast --fast-after --trace-time -p --attach --duration --max-size -q --quiet -v --verbose --version" -- "$word"); else mapfile -t COMPREPLY < <(compgen -c -- "$word"; compgen -W doctor -- "$word"); fi
}
complete -F _simrec simrec
