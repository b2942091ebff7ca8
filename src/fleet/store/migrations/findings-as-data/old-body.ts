import { inflateSync } from 'node:zlib';
import type { Finding, FindingWords, Undetermined, UndeterminedWords } from '../../../../model/finding.js';
import type { Report } from '../../../../model/report.js';
import type { Explanation, SiteReport } from '../../../../model/site.js';
import { ADDRESS_MARK } from '../../report-digest.js';
import { renewRecheck } from '../../old-recheck.js';

/** A finding in the form of version 2: words only. */
export type OldFinding = Omit<Finding, 'about' | 'data'> & Omit<FindingWords, 'headline' | 'fixedBy'>;

/** Something undetermined in the form of version 2: not even the rule was kept. */
export type OldUndetermined = Omit<Undetermined, 'rule' | 'data'> & UndeterminedWords;

/** A report in the form of version 2. */
export interface OldReport extends Omit<Report, 'findings' | 'undetermined'> {
  readonly findings: readonly OldFinding[];
  readonly undetermined: readonly OldUndetermined[];
}

/** The report of a site in the form of version 2. */
export interface OldSiteReport extends Omit<SiteReport, 'findings' | 'undetermined' | 'reachable' | 'evidence'> {
  readonly reachable: readonly (Omit<Explanation, 'grounds'> & { readonly sentence: string })[];
  readonly findings: readonly OldFinding[];
  readonly undetermined: readonly OldUndetermined[];
  readonly evidence: Omit<SiteReport['evidence'], 'outside'> & { readonly outside: OldOutside | null };
}

type OldOutside = Omit<NonNullable<SiteReport['evidence']['outside']>, 'check'> & { readonly check: OldReport | null };

/** More than any report has; so a damaged body cannot fill the memory. */
const MAX_BYTES = 64 * 1024 * 1024;

/** The first byte of bodies of version 2. */
const OLD_FORMAT = 1;

/** Reads a report's body in the form of version 2, with an address put in; null if it is damaged. */
export function parseOldBody(body: Uint8Array, address: string): OldReport | null {
  return parse(body, OLD_DICTIONARY, (json) => json.replaceAll(ADDRESS_MARK, () => address)) as OldReport | null;
}

/** Reads the body of a site report in the form of version 2; null if it is damaged. */
export function parseOldSiteBody(body: Uint8Array): OldSiteReport | null {
  return parse(body, undefined, (json) => json) as OldSiteReport | null;
}

function parse(body: Uint8Array, dictionary: Buffer | undefined, complete: (json: string) => string): unknown {
  if (body[0] !== OLD_FORMAT) return null;
  try {
    const json = inflateSync(body.subarray(1), { ...(dictionary && { dictionary }), maxOutputLength: MAX_BYTES });
    return JSON.parse(renewRecheck(complete(json.toString())));
  } catch {
    return null;
  }
}

/** What bodies of version 2 are compressed with, itself compressed: it is of use to nothing else. */
export const OLD_DICTIONARY = inflateSync(
  Buffer.from(
    `
eNrdW9ty20h6vtcj5KoLuRg7RZCETpZprysaSTOjWllmSbJnk5UvQKBJogSiuWhAGsarqn2NrUqu8x55lH2SfP/f3TiRki3PTGUyNyIJ9OE/H75ubXnLXC2W
hbj23muZi9Pj0TjU+k7l8eja8z7e97xIZdMkllkkvZGXJjcyXXk9Lw0nMsWD85MjcXz6VhQyXyRZmOLVTZLFeJPJyI+Thdfb8qZJNpP5Mk+yovnCm4RZJnM8
Wtvbw8YTFa9A12kW+yd5fqyXf6CZkYrlSASjc5X5F3KWaOwsY3EYRVLr6/w6M2RvEd2FzApRrJYSy4TLZZpEYZGobPAnH2Rfno5P/nS1/fbsNsCUnoffQhdh
UWqxO9zBjO9UPklicM6vmwxj5HKuMilyJiDnVYnRBus8wG8P2CCITcO2mHUMeCrr3j3EFqapuvNGWZmmtRSuIAQs+JgQQB60cEv64Lnecp6HmmZVgqAhLCFv
BBFhdS3xcOSV8XKwN9wf9kQxl2KZhpEUaipIokVeZje6JxIt1FJm4plOlmBXL1WmZU+EU/AgArHQz/vix3lYiDDTdzLXNOEff/tPkjaW6YnLs+1gOPzH3/5L
PJO3xhxHNID2uGSyoTEezQMH231oFcOx7BXRlKtpkkoRK6lFpgqRykJA08+whCoLjRVzGg2NhtFcJEWf1BDs+cM9f3fP+9jzcrmQrJRxWWDUQhVS0H6sQC0m
cg7di1B8GJ/3hMoxBApNooJFMlX5XZjHolD8M4xjvNaYBinhQZILnRRS86aLsIBMIGLvMmL/0CJV6obWMCIklpcqL7SAqnm9IlmQLLE/fmViVmJxowrrT7yR
obQv3sFwCxI1RDxVJWYtwhvQEmE5rGkojkpdqAUJ5e9ayJ+wr5biWaGw4zQPy/h5tZ+YgryYNuB9JZFFvgHiRQwbLfOJWZo0kbBimTRwIO7msOCmGHNr1n1x
msGQypmPXXxY1EosYP00cwUlCq3EXVLMoTqI3HH5itbDiNywxxPI7jKmhbQ+kYJMFiyohbB6Z6FX2r2AZm9lU2ltbSbFuhJ5t0zCFZPilVjW9rHBNvri+wTr
SxjsijUZw5zhLiGUnM1EDnZBmuOo0hMRnxSkCXizhvsy1db9iugJ7rfK/DC6+a173suhv7frD7fheY8qx2iSHuRYjO1m6qS/CBOKfSEIZhFCQRLaLLU0qnhF
inXrQK/kYLRSLMPUGr7VMUwoXRmDZwIwWE3Zc9l1zFg26Gdgd5aHC+EYeN7x6R/ninQvZhLaTIxlGo091f0gr1jcKhgPGE2ZuGgeIr/wAndzBaHrFZxp0bWV
g+Gwayvjo3GuhCUeiXz2WZM5VwWsemYttIBfUa6VxMOdfZSwy7vv5ObMzlRRhtK16lhyHDR+jskUSZFStlpjhfbmkeEEiyIaOBl4vxnbYgaOPpz428PgJf4M
d3bY8v+P7UYcIppNUDGA2NtEK4Qso2FYzDT5CQEvQgECxSdhynGWVqBqkISTT61tHeplkksfSkPki+3a+hWJpdJwFi7M/pdnsKQ8sbmwGeBe7u90jJZ2airC
1aBPDncwlgmMY+XiXrOgXQ98j1XMJu6dUm7m5W1qBaumcq7cpfaHX8LmH5LERtMnSbZM/xKpFGu6kHb89t97ZDtKQ1tzpQuy5WAUiPPDKzK9pkd8Z02cjNj4
fdFghrSqe1XylPHncie5SZOPyp86URTFQUh02jzKAcSUUrYwN0ZW2YHdls0ykwXMIdX0CCwaCgqqTKK5jG5Qs8SsgCJfjUAo5FiV5r2u33zO9ZpGfFHpoVAz
LlNAxgzM6pbQRuJHOaEI1t5aPPvh6mr8vA5fvUZ+rzRri4AkR80U5oWpMGwVUo15gTHNLqbxipZ90JYa5sPcrwfaRmztizGXqBHJOCMZ2dImzKltmkKziJch
pGdMLHEavVNlGru8gfnoE6giRHKhgs8OetY0z+cN+3wF0rMVqulsllaBXJtFTRlNotawy5b/HG3cpV52tG5aC5SkKCenaJVWzlvQH+UlLxgv/sPXpV5Ksno2
gnKxCHPyNiRO4tv5CPw7SmkyBZq7MKPwXqDLCxBhsxh8aBP1EGAgpihPCjRw6Uj8QiSzGGwo9EbbQc+jEjMnfbsEtT3c6Q/7QbDT3x4yImBDGxwO3kfFqIDZ
qCW1pyLYPmCHL9NCcIKt+ubDK3/8dixmYSHvwlUDJwgLf7lY+vWLTpfcfb9VkXhoKMSgFo3UBculiubeaEiNGxHDXw2N3oiI9Czt/AJ7jBdLb/SJomKo6Wm1
r2tWQRhJ9Ozd0eHV6btza7ZkwKD0FsQ5gRn4oRp37c2LYjkaDIKXKI33D/pBPxjtwUUGuVLFsdRR/6dFaiCIk4sPJxeYcZZk5U+D3f6ueD/OxgPMEGfh5IKD
Ln4NafSW9/6SVi/LJB7tT4fRdhhIH+sO/V36Q16In9FwOpUS34PRqMyzkUaUW4TaL5fZ0lf5bGQakNGpjY3fGzEfm6eB2enyijb6utke9WFpBUg4eyDGnDF8
IcfOYnjzh8yl/RL7KYN34NWX6MG7Z+2VmnGNnylawlNIDj8enp+O4bAZwgFIGQUcEZjaJ0/7ZSizasMO9fpOaY8T97mZvzR9T6XqV6PlARP/IroenPtUEuvd
vnzG012AixYDBX7WMZ/OA8QM8YxoSyOemqnuc0/rGGH5z3VUpgfNkJwswhnhXMiA194p/dCDMzVLsoGBI/rj8+8dIuyy1bWHbBEM+3uIKkiIqBJM7yEzhrFC
UXCZFqHVofCSUxUrJmH2Xb4wGACqI/rOefdbxuj682JByZe3ph9VdYHdTEHHEYyKuBo1+UFm+YpEyu+qhFSR14GdzToOkemJelgLeb6TExQXG9Hm6hXVjTAK
1CajKWpheX9fo86vQX765jp7PUen+OY1c/HG7P16YH69HvA7jKE59Mki4y85pmBaspgJnUd/eEQrqMILvDeP8HPw5vUkx1/HF3bDQgOs2FgX2kIlg/pZxZiL
GqaghTgM4Xcl/2sPk7hB49bydZIRLkffMQrFZ877Cde6dQY4/A2D6Pig/WRA5Jjh9qUuJ4uE6LgN01IaMlDRurEDovlNi5tBJa+Bk+DAit0kLbCBcmRdT1+p
JmPEaClzdadBIAr9f2ERmTeOb2PkoJs0901t2t8YRlpjrRe4wZXkv3FM2y27vIUlgdRUxRbSHTXUEcr8dnW5YadxMlG7DB5SMCMhXXx3JPYPDl4QTG+/729q
cF0JapsXbnhb/SxDvZPE4NoL1zWeHZ4bdOqVKJcxFXoMEiX5As2F7ItjiV690WyYllbx8dVNBnl3mtdvV6bdhCcWKlKphYBtq2qQ/Q5Z61g3YTPmrVig8TQd
a3iDWr8Ep7n8S4mmu4Gxuda3jyhisLpMtcb2GFO3+DkBnBO50g56JjZakDOf+OzsBR1Exkl4QPJtwDDdWvoL4Od2u7COwnxxE+IgGTFLbmW7m6E+zKHqzZYH
Ap8nhLIY7huIBWbcyJh7q5yRvxADSGIWG4G8M4YikoKNKXT4Ptp8EO+YbDWfjlUMJ6t0crBwGkqauq10crRjfJX5aBnx/ujk4mpwdCQ+vP/nnX1k9l3yhWDo
77zwUQJ83OAMXH+veQD7hrVykkxt5Vd0shQbU2+ApNbcnQnPw1tpZEQDRkLzZowNYKtUhreM+RA0Y/HLvujAT0xYlCYy24zpFErVMLtjsQuz8yKgQzOkBFN3
fjOCSiyrBvix+Bzkncck9jWPISROC8JhKJtai4ZJaooPBDa0NNzyL17y6Y4VvFzD55mfONGRYsDr2eXl8fh5E+dslkWf964nN18bjn++uiWsHBIaJ5IYkTEt
jzb1l6Ws5SVXlY0ywGYU/IirMDlrfmKPZYL/7+dK1uCbRwbbL8nnW08OvM6DF7+Bwygxbh0pJNL4qEU9rSovzwLUhLyOKQ/54IGjfbWJOxulvblgX8+SPZpB
1R4dSinmjwTLEUjLlIJRA2ZVuTbKYCOcpGF2I7gSs+fUBrZfkBdm02RW5hY+ax2tdRz3MTD3a49lH+oD1p30wXZj7ZxCz+lI7tc5nXgU0N58OMclH6hOCvJP
h3pyUWfcmxfzq3Mmv1rja8DWnc9grV/BAAvgbr7iyIUhd6CicfUgsybCELg5U7q1QqTKropCcIxI5kVI8Hh9aYSjhg5XxlUIx7fTvwEDhHJrYdg0u5Hx2lsO
rotOWk30o0f5DPlOQp1oasRbt8Esac3e1aJ8FvOzvV2nj21cK2hfFwNZG9tW8zzhk0YyiE+uB/K4b7U3nrzT8w+nVyc9cXj0x5749t/w7ejw/OjkrCfejQmK
veyJ8QW/fD8+Prw68Xrt61Gm96BwcTiTtLllpmo+2qLxGlek3v2xcTcKkbZHIiZCnTvS91r8xtvtFJpPUcD7vVyoahjzAxGBNnF0lZy/HccobSomn3umn9vZ
3g/E//x3EPS3zU0slA1ELxskVYD7ttpFCjSfB7SZTZk0qpXrv/xeVsu3yC+ZLhMl3U0lTfeITCVM5yt8lInSz61MCkgRQlCLulM+Xq1nrmrl0ib+3/nVr9/D
baWvMWvHbNesJUrfiMLbbaJSdzu0kfHmyWxe17Lk4iQQv1A+dJp+1Yni9sYkRxuNxBcSzsyCxjhZp12VOecEJyWvVx8rUjjMi+KtdjFWTSim8lxyz4/3Xbf+
2PbfVrV+pBbL0EK2rpBmKJYeqKw60e9Ysu36uNAxFgyDbNwYlCJNMq7oy2XHGw/FHVWfNqfahUyepWsdDOegj1XGbEKzkPOzGB2ewQKqHG7eISEqaIOCj0GL
ml7irldh3D9Z1WBrajfhK5A131mRHSBBCZ3MMhqRJlPYPVNNMBMfQzMR3IaDPP7BZpDTvUN3dNmwTFi/bBtlkk1VowTLlE/b+Wrq03Ymc7OBccSt7fPwM7bZ
E5OyqCGV7Gez0Si+zpWrcCM69BfvKAK8P4a5u57TKONGyiUqNNBI19iUCeiltlp2lwbMhQVrBxSI7U5hwd1UZUrUCoIZM3Ak6qa+Tuzm24vq20H9LTAojIXY
zOlIXSb8FYLki98M4yfkLrvwnqZ71WfYqlnmuVXqBbY8mecqNz6IaXwDxqxyT6isNufm9f2Ahifja5rcyowP4FGRpSpCKTdzQPXHpgqWCOIIpK7JoC7we0q5
cKWZ8ds5BC4zsnimIUX2GLm7JZq63uF2jz4I2dt9gV/ogc23nZ7YDvzhrvnYMx/7eN3UjcP5dfMKD2GFurrIU11ToqDkULEm8lQblUFGqt7JQGlZGyw2IaaN
klVoYIWQ0X8crGx242Vg/wYzk5RXp31xRgUASmHVRCM2WJ2bDTos1kjjM1mA7ZunNSONju5XbEYq+iEYg6HWi1IBwRmW/kmkY1i9yqy4tKqv0JvCiAKloMtP
5oW71tXc8gd1Z50U0s/gn2wSAuklCcWzi6vx4OLqaMxpOouXKqlaAQ8VkzT3oehE5s/4TYZK3z/dm0MKOrY0/mNT2IQbpTBDKPTh0q1FTZ3vNWY6hJf+/8VN
rkDfOkZ3VrBRovsYkWTD4CF312tPX9BTt6UpONgTHiAaMcyzrZEhnPA2orqKPaQOv8ycGqulCanUMsz5aWdZCpItcehFnPN5dGMglyatUfBZ2roz5iA4CFrD
lhEdfjYki1G+/R+k9S3MDeHGdPqfpcZk/PTNVVBvbWtzxbKpVnSxkCmHk438DA86jGP0jrvGt4E5q7D2BC7TePlNisS0DZSyIjum2+sa7sap2/YKdU2DPV6+
b/bqxnFClzIa/fB9lb+CKn8NGwaE3jzz7VXBZhI00aRhUnQO6M/kBj2wUDvFZrNK+dh7Sp0yoo6gvvR+Jzm8SW7yqpum9AZ5ju4bmv846RTNESwmTbAi1UvI
Qu+IVcIvIDRCs/JyWR/39mBlM8l3I0iqdPLaEQBRS+mXgIxcpU6BWx6qzup6nF1LR2ppSnS+r0YVenWBLnh50N8L+nQ2/7JZzrtcQBgPiA5nBslABaglkRV4
jZsVdHWhb+6EWFI1IvSKIgEVK4ro++SZA4Pmy0Eu6eNf4a6fNnn6Jmvc2lDOPFT4tIqjumZq22Jloh3b3eo6xxqJB97mkLJusQ/Ydm39Ww2X+DLyGu639b8B
nGJH
`,
    'base64',
  ),
);
