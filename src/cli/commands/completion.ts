import { defineCommand } from '../kit/command.js';
import { EXIT } from '../kit/ending.js';

/** The completion scripts: each asks `sallyport --complete SHELL WORD …` what may stand for the last word. */
const SCRIPTS = {
  bash: `# Completion of sallyport for bash: source <(sallyport completion bash)
_sallyport() {
  local IFS=$'\\n'
  COMPREPLY=($(sallyport --complete bash "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o bashdefault -o default -F _sallyport sallyport
`,
  zsh: `#compdef sallyport
# Completion of sallyport for zsh: source <(sallyport completion zsh), or a file _sallyport in fpath
_sallyport() {
  local -a replies
  replies=("\${(@f)$(sallyport --complete zsh "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "$replies" ]]; then _describe sallyport replies; else _default; fi
}
if [[ "$funcstack[1]" == _sallyport ]]; then _sallyport "$@"; else compdef _sallyport sallyport; fi
`,
} as const;

/** `sallyport completion`: the script that has a shell complete our arguments. */
export const command = defineCommand({
  words: {
    shell: {
      choices: Object.keys(SCRIPTS) as (keyof typeof SCRIPTS)[],
      describe: 'The shell; if left out, that of $SHELL',
    },
  },
  examples: [['completion bash >> ~/.bashrc', 'Have bash complete commands, options, profiles, clients and rules']],
  run({ shell = process.env['SHELL']?.endsWith('zsh') ? 'zsh' : 'bash' }) {
    process.stdout.write(SCRIPTS[shell]);
    return Promise.resolve(EXIT.compliant);
  },
});
