#!/usr/bin/env python3
"""Shell completion of the three programs, made from what their --help says.

completions.py ROOT SIMREC SIMREPLAY SIMTRACE           checks that the files in the sources say what --help says
completions.py ROOT SIMREC SIMREPLAY SIMTRACE --write   writes them: after changing an option (`ninja completions`)

Design: a Program holds commands (one nameless for programs without subcommands), a command holds options, an option
says what its value is; each shell is one function from a Program to the text of its file."""
import dataclasses
import pathlib
import re
import subprocess
import sys

FOLDERS = {"simrec": "recorder", "simreplay": "replayer", "simtrace": "analysis"}
MADE = "generated from --help by tests/project/completions.py (ninja completions): do not edit"

# Values whose words --help has in running text; checked to be there.
WORDS = {"--engine": (("event", "reference"),), "--order": (("arrival", "recorded"),),
         "--by": (("time", "bytes", "count"), ("cpu", "cores", "disk", "net.bandwidth", "net.latency"))}
# What a metavariable stands for: files by pattern, processes. Everything else cannot be completed.
FILES = {"FILE": "*", "TRACE": "*.capnp", "A": "*.capnp", "B": "*.capnp", "PREDICTION": "*.capnp", "FILE.xml": "*.xml",
         "PLATFORM.xml": "*.xml", "FILE.json": "*.json", "DIR": "*"}


@dataclasses.dataclass
class Option:
    names: list
    metavar: str
    help: str
    words: tuple = ()
    repeatable: bool = False

    @property
    def files(self):
        return FILES.get(self.metavar, "")


@dataclasses.dataclass
class Command:
    name: str
    help: str
    options: list
    files: str  # pattern of its arguments


@dataclasses.dataclass
class Program:
    name: str
    options: list  # before a subcommand
    commands: list


def usage(program, *command):
    return subprocess.run([program, *command, "--help"], check=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          text=True).stdout


def blocks(text):
    """(specification, description) of each entry in the lists of a CLI11 help text; descriptions span lines."""
    entries, in_list = [], False
    for line in text.splitlines():
        if re.match(r"\S.*:$", line):
            in_list = not re.match(r"Examples|Formats|Terms|Exit", line)
        elif in_list and (match := re.match(r"  (\S.*?)(?:\s{2,}(.*))?$", line)) and not line.startswith("   "):
            entries.append([match[1], match[2] or ""])
        elif in_list and entries and re.match(r"\s{10,}\S", line):
            entries[-1][1] = (entries[-1][1] + " " + line.strip()).strip()
        elif line.strip():
            in_list = False
    return entries


def words_of(option, metavar, text):
    if match := re.search(r"\{([\w,-]+)\}", metavar):
        return tuple(match[1].split(","))
    if option == "--format":
        return tuple(re.findall(r"^  ([a-z0-9]+) +\.[a-z]", text, re.MULTILINE))
    # One of the sets that the option has in some program: the one whose words all stand in this --help.
    sets = WORDS.get(option, ())
    known = [words for words in sets if all(re.search(rf"\b{re.escape(w)}\b", text) for w in words)]
    assert known or not sets, f"--help no longer mentions the words of {option}: see WORDS in completions.py"
    return known[0] if known else ()


def short(text):
    """What a shell shows beside an option: its first clause."""
    text = re.split(r"; |: |\. (?=[A-Z])| Excludes", text)[0]
    if text.count("(") > text.count(")"):
        text = text[:text.rindex("(")].rstrip()
    return text if len(text) <= 90 else text[:89] + "…"


def options_of(text):
    options = []
    for spec, description in blocks(text):
        if not spec.startswith("-"):
            continue
        names, _, value = spec.partition(" ")
        names = names.split(",")
        metavar = re.split(r"[=:]", value.removesuffix(" ...").strip())[0].split(" ")[0] if "=HOST" not in value else "RULE"
        options.append(Option(names, metavar, short(description), words_of(names[-1], value, text), value.endswith("...")))
    return options


def command_of(name, description, text):
    # Positional arguments are spelled "file FILE REQUIRED"; the first says what they are.
    arguments = [m[1] for spec, _ in blocks(text) if (m := re.match(r"[a-z]+ (\S+)", spec))]
    files = "*.capnp" if any(a in ("FILE", "TRACE", "A") for a in arguments) else ""
    return Command(name, short(description), options_of(text), files)


def program_of(path):
    name = pathlib.Path(path).name
    text = usage(path)
    section = re.search(r"^Subcommands:\n((?:\s+\S.*\n?)+)", text, re.MULTILINE)
    if not section:
        return Program(name, [], [command_of("", "", text)])
    commands = []
    for spec, description in blocks("Subcommands:\n" + section[1]):
        commands.append(command_of(spec, description, usage(path, spec)))
    return Program(name, options_of(text), commands)


# --- bash

BASH_FILES = '''_{name}_files() {{
  compopt -o filenames 2>/dev/null
  local word=$1 pattern
  shift
  mapfile -t COMPREPLY < <(for pattern; do compgen -f -X "!$pattern" -- "$word"; done; compgen -d -- "$word")
  [ ${{#COMPREPLY[@]}} -gt 0 ] || mapfile -t COMPREPLY < <(compgen -f -- "$word")
}}
'''


def bash_value(name, option):
    if option.words:
        return f'mapfile -t COMPREPLY < <(compgen -W "{" ".join(option.words)}" -- "$word")'
    if option.files:
        return f"_{name}_files \"$word\" '{option.files}'"
    if option.metavar == "PID":
        return 'mapfile -t COMPREPLY < <(compgen -W "$(cd /proc && echo [0-9]*)" -- "$word")'
    return ":"


def bash(program):
    name, nested = program.name, program.options
    out = [f"# bash completion of {name}; {MADE}", "", BASH_FILES.format(name=name) + f"_{name}() {{",
           "  local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} command= value= i",
           "  # Bash divides words at '=': --format=x arrives as three.",
           "  if [[ $word == = ]]; then word=; elif [[ $previous == = ]]; then previous=${COMP_WORDS[COMP_CWORD-2]}; fi"]
    with_value = [n for c in program.commands for o in c.options if o.metavar for n in o.names]
    out += ["  COMPREPLY=()", "  for ((i = 1; i < COMP_CWORD; ++i)); do",
            f"    case ${{COMP_WORDS[i]}} in", "      --) [[ -z $command ]] && ((++i < COMP_CWORD)) && command=${COMP_WORDS[i]}; break ;;",
            f"      {'|'.join(dict.fromkeys(with_value))}) [[ ${{COMP_WORDS[i+1]}} == = ]] && ((++i)); ((++i)) ;;",
            "      -*) ;;", "      *) command=${COMP_WORDS[i]}; break ;;", "    esac", "  done"]
    if name == "simrec":
        out += ["  if [[ -n $command ]]; then  # the program to record completes its own arguments",
                "    if declare -F _command_offset >/dev/null; then _command_offset $i; else _simrec_files \"$word\" '*'; fi",
                "    return", "  fi"]
    out.append("  case \"$command $previous\" in")
    for command in program.commands:
        for option in command.options:
            if option.metavar:
                key = f'"{command.name} "' if nested else "*' '"
                pattern = "|".join(f"{key}{n}" for n in option.names)
                out.append(f"    {pattern}) {bash_value(name, option)}; return ;;")
    out += ["  esac"]
    if nested:
        out += ["  case $command in"]
        for command in program.commands:
            words = " ".join(n for o in command.options for n in o.names)
            files = f"_{name}_files \"$word\" '{command.files}'" if command.files else ":"
            out.append(f"    {command.name}) if [[ $word == -* ]]; then mapfile -t COMPREPLY < <(compgen -W \"{words}\" -- \"$word\")"
                       f"; else {files}; fi ;;")
        words = " ".join([c.name for c in program.commands] + [n for o in program.options for n in o.names])
        out += [f'    "") mapfile -t COMPREPLY < <(compgen -W "{words}" -- "$word") ;;', "  esac"]
    else:
        words = " ".join(n for o in program.commands[0].options for n in o.names)
        other = ('mapfile -t COMPREPLY < <(compgen -c -- "$word"; compgen -W doctor -- "$word")' if name == "simrec"
                 else "_simreplay_files \"$word\" '*.capnp' '*.xml' '*.program'")
        out += [f'  if [[ $word == -* ]]; then mapfile -t COMPREPLY < <(compgen -W "{words}" -- "$word"); else {other}; fi']
    return "\n".join(out + ["}", f"complete -F _{name} {name}", ""])


# --- zsh

def zsh_quoted(text):
    return text.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]").replace(":", "\\:").replace("'", "'\\''")


def zsh_option(option):
    value = ""
    if option.metavar:
        action = (f"({' '.join(option.words)})" if option.words else f'_files -g "{option.files}"' if option.files
                  else "_pids" if option.metavar == "PID" else " ")
        value = f":{zsh_quoted(option.metavar)}:{action}"
    names = [n + ("=" if n.startswith("--") else "+") * bool(value) for n in option.names]
    text = f"[{zsh_quoted(option.help)}]{value}"
    if option.repeatable:
        return "'*'" + ("{" + ",".join(names) + "}" if len(names) > 1 else names[0]) + f"'{text}'"
    if len(names) == 1:
        return f"'{names[0]}{text}'"
    return f"'({' '.join(option.names)})'{{{','.join(names)}}}'{text}'"


def zsh_arguments(options, rest, indent):
    lines = [zsh_option(o) for o in options] + rest
    return "_arguments -s -S " + (" \\\n" + indent).join(lines)


def zsh(program):
    name = program.name
    out = [f"#compdef {name}", f"# zsh completion of {name}; {MADE}", "", f"_{name}() {{"]
    if program.options:
        out += ["  local curcontext=$curcontext state line", "  local -a commands=("]
        out += [f"    '{c.name}:{zsh_quoted(c.help)}'" for c in program.commands]
        out += ["  )", "  " + zsh_arguments(program.options, ["'1:command:->command'", "'*::argument:->arguments'"], "    ")
                .replace("_arguments -s", "_arguments -C -s"),
                "  case $state in", "    command) _describe command commands ;;", "    arguments)", "      case $words[1] in"]
        for command in program.commands:
            rest = [f"'*:file:_files -g \"{command.files}\"'"] if command.files else []
            out.append(f"        {command.name}) " + zsh_arguments(command.options, rest, "          ") + " ;;")
        out += ["      esac ;;", "  esac"]
    else:
        rest = (["'(-)1:program:_command_names -e'", "'*::argument:_normal'"] if name == "simrec"
                else ["'*:trace or platform:_files -g \"*.(capnp|xml|program)\"'"])
        out += ["  " + zsh_arguments(program.commands[0].options, rest, "    ")]
    return "\n".join(out + ["}", "", f"_{name} \"$@\"", ""])


# --- fish

def fish_quoted(text):
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def fish_option(name, option, condition):
    line = f"complete -c {name}" + (f" -n {fish_quoted(condition)}" if condition else "")
    line += "".join(f" -l {n[2:]}" if n.startswith("--") else f" -s {n[1:]}" for n in option.names)
    if option.words:
        line += f" -x -a {fish_quoted(' '.join(option.words))}"
    elif option.files:
        line += " -r -F"
    elif option.metavar == "PID":
        line += " -x -a '(__fish_complete_pids)'"
    elif option.metavar:
        line += " -x"
    return line + f" -d {fish_quoted(option.help)}"


def fish(program):
    name = program.name
    out = [f"# fish completion of {name}; {MADE}", ""]
    if program.options:
        out.append(f"complete -c {name} -f")
        out += [fish_option(name, o, "__fish_use_subcommand") for o in program.options]
        out += [f"complete -c {name} -n __fish_use_subcommand -a {c.name} -d {fish_quoted(c.help)}" for c in program.commands]
        for command in program.commands:
            seen = f"__fish_seen_subcommand_from {command.name}"
            out += [fish_option(name, o, seen) for o in command.options]
            if command.files:
                out.append(f"complete -c {name} -n {fish_quoted(seen)} -F")
    else:
        condition = "__fish_is_first_token" if name == "simrec" else ""
        out += [fish_option(name, o, "") for o in program.commands[0].options]
        if name == "simrec":
            out.append(f"complete -c {name} -x -a '(__fish_complete_subcommand)'")
            out.append(f"complete -c {name} -n {condition} -a doctor -d 'Can simrec record here?'")
    return "\n".join(out + [""])


def files_of(program):
    return {f"{program.name}.bash": bash(program), f"_{program.name}": zsh(program), f"{program.name}.fish": fish(program)}


def main():
    write = "--write" in sys.argv
    root, *programs = [pathlib.Path(a) for a in sys.argv[1:] if a != "--write"]
    stale = []
    for path in programs:
        program = program_of(path)
        options = sum(len(c.options) for c in program.commands)
        assert options > 5, f"{path.name} --help declares {options} options only: is its form new?"
        print(f"{program.name}: {len(program.commands)} commands, {options} options")
        for name, text in files_of(program).items():
            file = root / FOLDERS[program.name] / "completion" / name
            if write:
                file.parent.mkdir(exist_ok=True)
                file.write_text(text)
            elif not file.is_file() or file.read_text() != text:
                stale.append(str(file.relative_to(root)))
    if stale:
        sys.exit("not what --help says; run `ninja completions` and commit: " + ", ".join(stale))


main()
