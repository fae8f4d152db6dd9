# Completion of tapecli for bash 4.4 and newer. Either this line in ~/.bashrc:
#
#     eval "$(tapecli completion bash)"
#
# or this file where the package bash-completion looks for it when it is needed:
#
#     mkdir -p ~/.local/share/bash-completion/completions
#     tapecli completion bash > ~/.local/share/bash-completion/completions/tapecli

_tapecli() {
    local row kind
    COMPREPLY=()
    while IFS= read -r row; do
        kind=${row%%$'\t'*} row=${row#*$'\t'}
        if [[ $kind == file ]]; then
            _tapecli_files "$row"
            return
        fi
        [[ $kind == part ]] && compopt -o nospace
        COMPREPLY+=("${row%%$'\t'*}")
    done < <(env _TAPECLI_COMPLETE=bash_complete COMP_WORDS="${COMP_LINE:0:COMP_POINT}" \
        COMP_TAIL="$2" "${1/#\~\//$HOME/}" 2> /dev/null)
}

# Names of files: behind what else is in the word, and without what stays of them in its place.
_tapecli_files() {
    local before begun stays quote name
    IFS=$'\x1f' read -r _ before begun stays quote <<< "${1//$'\t'/$'\x1f'}"
    if [[ -z $before$stays ]]; then
        compopt -o default
        return
    fi
    while IFS= read -r name; do
        [[ -d $name ]] && name+=/ && compopt -o nospace
        name=$before${name#"$stays"}
        case $quote in
            \') name=${name//\'/\'\\\'\'} ;;
            \") name=$(sed 's/["\\$`]/\\&/g' <<< "$name") ;;
            *) printf -v name %q "$name" ;;
        esac
        COMPREPLY+=("$name")
    done < <(compgen -f -- "$begun")
}

complete -o nosort -F _tapecli tapecli
