#compdef tapecli
# Completion of tapecli for zsh. Either this line in ~/.zshrc, behind compinit:
#
#     eval "$(tapecli completion zsh)"
#
# or this file in a folder of fpath, which compinit finds when it is run the next time:
#
#     tapecli completion zsh > "${fpath[1]}/_tapecli"

_tapecli() {
    local row kind value shown about
    local line="${(j: :)words[1,CURRENT-1]} $QIPREFIX$PREFIX"
    local -a rows cells whole whole_shown part part_shown
    rows=("${(@f)$(_TAPECLI_COMPLETE=zsh_complete COMP_WORDS=$line COMP_TAIL=$PREFIX \
        ${~words[1]} 2> /dev/null)}")

    for row in $rows; do
        cells=("${(@ps:\t:)row}")
        kind=$cells[1] value=$cells[2] shown=$cells[3] about=$cells[4]
        if [[ $kind == file ]]; then
            ((value > 0)) && compset -p $value
            _files
            return
        fi
        shown=${shown//:/\\:}${about:+:$about}
        if [[ $kind == part ]]; then
            part+=("${value//:/\\:}") part_shown+=("$shown")
        else
            whole+=("${value//:/\\:}") whole_shown+=("$shown")
        fi
    done

    (($#whole)) && _describe -V tapecli whole_shown whole -U -Q
    (($#part)) && _describe -V 'more of tapecli' part_shown part -U -Q -S ''
}

if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    _tapecli "$@"
else
    compdef _tapecli tapecli
fi
