# Completion of tapecli for bash 4.4 and newer. Either this line in ~/.bashrc:
#
#     eval "$(tapecli completion bash)"
#
# or this file where the package bash-completion looks for it when it is needed:
#
#     mkdir -p ~/.local/share/bash-completion/completions
#     tapecli completion bash > ~/.local/share/bash-completion/completions/tapecli

_tapecli() {
    local kind value rest
    COMPREPLY=()
    while IFS=$'\t' read -r kind value rest; do
        if [[ $kind == file ]]; then
            _tapecli_files "$2" "$value"
            return
        fi
        [[ $kind == part ]] && compopt -o nospace
        COMPREPLY+=("$value")
    done < <(env _TAPECLI_COMPLETE=bash_complete COMP_WORDS="${COMP_LINE:0:COMP_POINT}" \
        COMP_TAIL="$2" "${1/#\~\//$HOME/}" 2> /dev/null)
}

# Names of files behind the first characters of a word.
_tapecli_files() {
    local name before=${1:0:$2}
    if (($2 == 0)); then
        compopt -o default
        return
    fi
    while IFS= read -r name; do
        [[ -d $name ]] && name+=/ && compopt -o nospace
        COMPREPLY+=("$before$(printf '%q' "$name")")
    done < <(compgen -f -- "${1:$2}")
}

complete -o nosort -F _tapecli tapecli
