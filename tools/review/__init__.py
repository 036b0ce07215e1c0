"""Review a class: run submitted notebooks where they can do no harm, judge the answers, write a table.

A submission flows through the modules in this order: `submissions` reads it, `sandbox` starts a process for it, `student`
runs its cells in there, `judge` asks that process for results and says the verdicts, while `watch` counts what it uses;
`report` writes them down, and `handback` what goes to the students and the gradebook. `wire` is what both processes speak.
"""
