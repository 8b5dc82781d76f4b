"""The command ``manfaat``: list, check and run cohorts."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table
from typer.core import TyperGroup

from manfaat.base import paths
from manfaat.base.problems import Problem, ProblemsError, loaded, nearest, need, refuse
from manfaat.base.stopping import stoppable
from manfaat.base.typed import required
from manfaat.run import light  # noqa: F401  (first: it makes every later import of Jupyter faster)
from manfaat.run.releasing import release

if TYPE_CHECKING:
    import pandas as pd


class Commands(TyperGroup):
    """All commands: whatever a person can put right ends in a sentence and 2, what was stopped in 130; only a
    fault of ours has a traceback.
    """

    def invoke(self, ctx: Any) -> Any:  # typer takes a context class of its own, which it does not export
        """Run the command that was asked for."""
        try:
            with stoppable():
                return super().invoke(ctx)
        except typer.Abort:
            errors.print("stopped; nothing was written", style="red")
            raise typer.Exit(130) from None
        except ProblemsError as failure:
            stop(failure)
        except OSError as failure:
            stop(paths.unreachable(failure))
        except KeyboardInterrupt:
            errors.print("stopped; the former reports are unchanged", style="red")
            raise typer.Exit(130) from None


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    help="Evaluate a training or exchange programme from its survey data.",
    epilog=(
        "Every command ends with 0 when all went well; 1 when a notebook failed, or tidy --check would change"
        " a file; 2 when something must be put right, which it says in words; 130 when it was stopped. Then"
        " nothing half-made is left."
    ),
)
WIDE = 110  # columns of a terminal in which labels have room beside names
console, errors = Console(highlight=False), Console(stderr=True, highlight=False)

DataDir = Annotated[str, typer.Option(help="Folder with raw/ and processed/, relative to the project.")]
ReportsDir = Annotated[str, typer.Option(help="Folder for the reports, relative to the project.")]


def stop(failure: ProblemsError | Exception | Problem) -> NoReturn:
    """Print what is wrong and exit with 2."""
    told = failure.by_kind() if isinstance(failure, ProblemsError) else str(failure)
    errors.print(escape(told), style="red", soft_wrap=True)
    raise typer.Exit(2)


def project() -> Path:
    """Return the project folder or stop."""
    try:
        return paths.find_root()
    except FileNotFoundError as failure:
        stop(failure)


@app.command("list")
def list_cohorts(data_dir: DataDir = "data") -> None:
    """List all cohorts with their programmes."""
    from manfaat.definitions.cohort import load_cohort

    root = project()
    heads = ("programme", "kind", "comparison", "label")[: 4 if console.width >= WIDE else 3]
    table = Table(Column("cohort", no_wrap=True), *(Column(name, overflow="fold") for name in heads))
    for name in paths.known_cohorts(root / data_dir):
        cohort, _ = load_cohort(root / data_dir / "raw" / name, root=root)
        table.add_row(
            name,
            *(
                [cohort.programme, cohort.kind, cohort.assignment, cohort.label.en][: len(heads)]
                if cohort
                else ["[red]cohort.yml is missing or wrong: see manfaat check[/red]"]
            ),
        )
    console.print(table)


@app.command()
def status(
    cohorts: Annotated[list[str] | None, typer.Argument(help="Folders of data/raw; all by default.")] = None,
    data_dir: DataDir = "data",
    reports_dir: ReportsDir = "reports",
) -> None:
    """Say of each cohort whether its report is what a run would make again (fresh), and if not, why."""
    from manfaat.run.fresh import state_of

    root = project()
    known = paths.known_cohorts(root / data_dir)
    refuse(
        Problem(f"cohort '{name}'", "there is no such cohort", expected=nearest(name, known))
        for name in cohorts or []
        if name not in known
    )
    table = Table(Column("cohort", no_wrap=True), "state", Column("because", overflow="fold"))
    for name in dict.fromkeys(cohorts or known):
        state = state_of(paths.places(name, data_dir=data_dir, reports_dir=reports_dir, root=root))
        table.add_row(name, state.kind, escape(state.because))
    console.print(table)


@app.command()
def check(
    cohorts: Annotated[list[str], typer.Argument(help="Folders of data/raw.")],
    data_dir: DataDir = "data",
    every: Annotated[
        bool, typer.Option("--every", help="Tell every problem, not one example of each kind.")
    ] = False,
) -> None:
    """Check definitions and raw files and try the specifications on them, all problems at once, without
    writing anything.
    """
    from manfaat.analysis.study import check_study, load_study
    from manfaat.desk.trial import try_study
    from manfaat.report.letters import check_letters, lacking_languages

    root, wrong = project(), False
    for name in cohorts:
        try:
            study = load_study(name, data_dir=data_dir, root=root)
            refuse(check_letters(study))
            built = check_study(study)
            trial = try_study(study, built) if built is not None else None
            refuse(trial.problems if trial else [])
            nothing = (
                "" if trial else "; nothing is measured: indicators.csv has no line beyond who took part"
            )
            console.print(f"{name}: definitions and files are in order{nothing}", soft_wrap=True)
            for note in (*(trial.notes if trial else ()), *lacking_languages(study)):
                console.print(escape(f"  {note}"), soft_wrap=True)
        except ProblemsError as failure:
            wrong = True
            told = str(failure) if every else failure.by_kind()
            errors.print(escape(f"{name}: {told}"), style="red", soft_wrap=True)
    if wrong:
        raise typer.Exit(2)


@app.command()
def run(  # noqa: PLR0913  (the options of a command are its parameters)
    cohorts: Annotated[list[str] | None, typer.Argument(help="Folders of data/raw.")] = None,
    all: Annotated[bool, typer.Option("--all", help="Run every cohort.")] = False,
    language: Annotated[str, typer.Option(help="Language of the report: en, id or both.")] = "both",
    formats: Annotated[
        str, typer.Option(help="What to write: html always, with pdf and docx when named.")
    ] = "html,pdf,docx",
    parameter: Annotated[
        list[str] | None,
        typer.Option("--parameter", "-p", help="A notebook parameter, name=value; may be given again."),
    ] = None,
    time_limit: Annotated[int, typer.Option(help="Seconds that one notebook may take.", min=1)] = 600,
    ordinary_kernels: Annotated[
        bool, typer.Option("--ordinary-kernels", help="Start an ordinary Jupyter kernel for every notebook.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Run also where nothing has changed.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be run and why, and run nothing.")
    ] = False,
    data_dir: DataDir = "data",
    reports_dir: ReportsDir = "reports",
) -> None:
    """Run all notebooks of the cohorts and write a report for each, where anything has changed since the last
    run.
    """
    from manfaat.base import parameters
    from manfaat.run.fresh import due_pages, restore_index, states_of
    from manfaat.run.interpreter import can_fork, warm_interpreter
    from manfaat.run.options import Options

    root, known = project(), paths.known_cohorts(paths.find_root() / data_dir)
    expected = "at least one, or --all; cohorts: " + (", ".join(known) or "none yet")
    need(cohorts or (all and known), Problem("manfaat run", "no cohort is named", expected=expected))
    warm, given = can_fork() and not ordinary_kernels, parameter or []
    values, wrong = parameters.check(given, parameters.parameters_of(root))
    options = Options(language, data_dir, reports_dir, values, time_limit, tuple(formats.split(",")), warm)
    named = known if all else list(dict.fromkeys(cohorts or []))
    states = states_of(named, options, root, is_forced=force or bool(wrong))
    fresh = {name: state for name, state in states.items() if state.is_fresh}
    for name, state in fresh.items():
        console.print(f"{name}: {state.because}", soft_wrap=True)
    if len(fresh) == len(states) and not due_pages(named, options, root):
        restore_index(root / reports_dir)
        return  # before anything is loaded that makes reports
    if warm and not dry_run:
        warm_interpreter()  # its imports go on while the definitions are checked
    from manfaat.run.command import Asked, run_command

    if run_command(states, options, given, root, Asked(all, force, dry_run)):
        raise typer.Exit(1)


@app.command()
def new(
    programme: Annotated[str, typer.Argument(help="Name of the new folder below programmes/.")],
    form: Annotated[
        Path | None, typer.Option(help="A form: an XLSForm (KoboToolbox, ODK) or one of SurveyCTO.")
    ] = None,
    data: Annotated[
        list[Path] | None,
        typer.Option(
            help="An export, once for each file: held against the form, or drafted from when there is none."
        ),
    ] = None,
    workbook: Annotated[
        Path | None,
        typer.Option(help="An XLSX file to fill in instead of answering questions: written, then read back."),
    ] = None,
) -> None:
    """Draft a programme's definition files from its form or its data, and say what a person must decide.

    In a terminal it asks a few questions, each with what the data let it suppose as the answer.
    """
    from manfaat.desk import questions
    from manfaat.desk.scaffold import drafted, marks_below, new_programme, then
    from manfaat.desk.study_draft import StudyDraft, told

    root = project()
    if workbook is not None and not workbook.exists():
        study, _ = drafted(form=form, data=data)
        questions.write_workbook(workbook, study)
        console.print(f"{workbook.name}: put right what is supposed, then give the same command again")
        return

    def ask(study: StudyDraft) -> StudyDraft:
        if workbook is not None:
            return questions.read_workbook(workbook, study)
        if sys.stdin.isatty() and sys.stdout.isatty():
            for line in told(study):
                console.print(escape(f"  {line}"), soft_wrap=True)
            return questions.asked(study, prompt, errors.print)
        return study

    folder, study, differences = new_programme(programme, root, form=form, data=data, ask=ask)
    console.print(
        f"{folder.relative_to(root).as_posix()}: {len(study.draft.variables)} variables,"
        f" {len(study.draft.choices)} answers drafted; {marks_below(folder)} marks to decide"
    )
    for line in dict.fromkeys([*study.draft.decide, *told(study)]):
        console.print(escape(f"  {line}"), soft_wrap=True)
    if form and data:
        show_differences(differences, "no difference between the form and its export")
    console.print(escape(then(programme, data or [])), soft_wrap=True)


def prompt(question: str, given: str) -> str:
    """Ask in the terminal; Enter takes what is given."""
    return str(typer.prompt(question, default=given or None, show_default=bool(given)))


def show_differences(differences: pd.DataFrame, none: str) -> None:
    """Print how a file differs from the codebook, one line a difference."""
    from manfaat.desk.deliveries import as_table

    console.print(as_table(differences) if len(differences) else none)


@app.command("new-cohort")
def new_cohort(
    cohort: Annotated[str, typer.Argument(help="Name of the new folder below data/raw/.")],
    data: Annotated[
        list[Path],
        typer.Option(help="A delivered file; once for each file of the other cohort, in its order."),
    ],
    like: Annotated[str | None, typer.Option(help="A cohort of the same programme.")] = None,
    programme: Annotated[str | None, typer.Option(help="The programme, for its first delivery.")] = None,
    data_dir: DataDir = "data",
) -> None:
    """Begin a delivery like another one, or a programme's first, and say how its columns and answers differ
    from the codebook.
    """
    from manfaat.analysis.study import load_codes, load_study
    from manfaat.desk.deliveries import first_cohort
    from manfaat.desk.deliveries import new_cohort as scaffold

    root = project()
    need(
        (like is None) != (programme is None),
        Problem(
            "manfaat new-cohort",
            "one of two is needed",
            expected="--like COHORT, or --programme PROGRAMME for its first delivery",
        ),
    )
    if like is not None:
        study = load_study(like, data_dir=data_dir, root=root)
        folder, differences = scaffold(cohort, study, data, study.places)
    else:
        place = paths.places(cohort, data_dir=data_dir, root=root)
        codes = load_codes(required(programme, "the programme"), place)
        folder, differences = first_cohort(cohort, *codes, data, place)
    console.print(
        f"data/raw/{folder.name}: {len(data)} {'file' if len(data) == 1 else 'files'} copied and sealed; look"
        f" at cohort.yml, then: manfaat check {folder.name}",
        soft_wrap=True,
    )
    show_differences(differences, "no difference between its columns and answers and the codebook")


@app.command()
def clean(
    cohort: Annotated[str, typer.Argument(help="A folder of data/raw with one file of delimited text.")],
    data_dir: DataDir = "data",
) -> None:
    """Clean one file part by part, however large it is; notebook 01 cleans what fits into memory."""
    from rich.status import Status

    from manfaat.analysis.study import clean_by_parts, load_study
    from manfaat.run.staging import the_only_run

    root = project()
    study = load_study(cohort, data_dir=data_dir, root=root)
    with the_only_run(study.places.processed), Status("reading", console=console) as status:
        totals = clean_by_parts(study, lambda doing, rows: status.update(f"{doing}: {rows:,} rows"))
    table = Table("", "rule", "rows")
    for (entry, rule), rows in totals.rows.items():
        table.add_row(entry, escape(rule), f"{rows:,}")
    console.print(table)
    console.print(
        f"{sum(totals.cells.values()):,} changed cells, {totals.to_decide:,} for a person to decide:"
        f" data/processed/{cohort}/review.csv",
        soft_wrap=True,
    )
    for check, because in totals.not_checked.items():
        errors.print(escape(f"not checked: {check}: {because}"), soft_wrap=True)


@app.command()
def decide(
    cohort: Annotated[str, typer.Argument(help="A folder of data/raw.")],
    who: Annotated[str, typer.Option(help="Initials of the person who decided.")],
    review: Annotated[
        Path | None,
        typer.Option(
            help=(
                "A filled list; by default review_kinds.csv and review.csv in data/processed/<cohort>, as far"
                " as they are filled."
            )
        ),
    ] = None,
    log: Annotated[
        Path | None, typer.Option(help="A field team's log instead: uuid, question, old, new, action.")
    ] = None,
    data_dir: DataDir = "data",
) -> None:
    """Read back the filled review lists, or a field team's log: decisions become lines of corrections.csv, or
    what settles a whole kind.
    """
    from manfaat.analysis.study import load_study
    from manfaat.desk.field_logs import record_log
    from manfaat.desk.kind_decisions import record_lists

    root = project()
    study = load_study(cohort, data_dir=data_dir, root=root)
    told = {"corrections.csv": record_log(study, log, who)} if log else record_lists(study, review, who)
    folders = {"cohort.yml": f"data/raw/{cohort}"}
    for file, n in told.items():
        folder = folders.get(file, f"programmes/{study.programme.programme}")
        console.print(
            f"{n} {'decision' if n == 1 else 'decisions'} written to {folder}/{file}", soft_wrap=True
        )
    console.print(f"now: manfaat run {cohort}")


@app.command()
def export(
    cohort: Annotated[str, typer.Argument(help="A cohort that has been run.")],
    kind: Annotated[
        list[str] | None, typer.Option("--format", help="sav, dta or parquet; all three by default.")
    ] = None,
    language: Annotated[str, typer.Option(help="Language of the labels: en or id.")] = "en",
    data_dir: DataDir = "data",
    reports_dir: ReportsDir = "reports",
) -> None:
    """Write the codebook as a page, and the clean tables as labelled SPSS, Stata and Parquet files."""
    from manfaat.analysis.study import load_study
    from manfaat.desk.export import export_all
    from manfaat.report.words import Language

    root = project()
    try:
        study = load_study(cohort, data_dir=data_dir, reports_dir=reports_dir, root=root)
        for line in export_all(study, kind or [], Language(language)):
            console.print(escape(line), soft_wrap=True)
    except (ProblemsError, ValueError) as failure:
        stop(failure)


@app.command()
def quality(
    cohort: Annotated[str, typer.Argument(help="A cohort that has been run.")],
    language: Annotated[str, typer.Option(help="Language of the checklist: en or id.")] = "en",
    data_dir: DataDir = "data",
    reports_dir: ReportsDir = "reports",
) -> None:
    """Rate a report by the checklist of a reviewer of evaluations: item by item, where each is shown, and
    where what is missing can be declared.
    """
    from manfaat.analysis.study import load_study
    from manfaat.report.quality import HEADS, checklist, summary
    from manfaat.run.files import saved_blocks

    root = project()
    study = load_study(cohort, data_dir=data_dir, reports_dir=reports_dir, root=root)
    reader, told = saved_blocks(study, language)
    found, rows = checklist(reader, told)
    table = Table(*(Column(reader.say(head), overflow="fold") for head in HEADS))
    for row in rows:
        table.add_row(*map(escape, row))
    console.print(table)
    console.print(escape(summary(reader, found)), soft_wrap=True)


@app.command()
def figures(
    cohort: Annotated[str, typer.Argument(help="A cohort that has been run.")],
    medium: Annotated[str, typer.Option(help="thesis (and its tables for LaTeX), slide or web.")] = "thesis",
    data_dir: DataDir = "data",
    reports_dir: ReportsDir = "reports",
) -> None:
    """Write the pictures of a report as SVG, PNG and PDF in the size of a medium, below its exhibits/."""
    from manfaat.analysis.study import load_study
    from manfaat.definitions.records import shown
    from manfaat.report.figures.style import MEDIA
    from manfaat.run.files import write_media

    root = project()
    need(
        medium in MEDIA,
        Problem(f"medium '{medium}'", "there is no such medium", expected=nearest(medium, MEDIA)),
    )
    study = load_study(cohort, data_dir=data_dir, reports_dir=reports_dir, root=root)
    for folder, pictures in write_media(study, medium):
        console.print(f"{shown(folder, root)}: {pictures} pictures", soft_wrap=True)


app.command()(release)


@app.command()
def simulate(  # noqa: PLR0913  (the options of a command are its parameters)
    programme: Annotated[str, typer.Argument(help="A folder of programmes/ that has a simulation.yml.")],
    cohort: Annotated[
        str, typer.Option(help="Name of the new folder below data/raw/; it must hold the word synthetic.")
    ],
    participants: Annotated[
        int, typer.Option(help="How many took part, 10 to 10 million; those who answer are fewer.")
    ],
    seed: Annotated[
        int, typer.Option(help="Where the random numbers begin: the same seed gives the same bytes.")
    ],
    mess: Annotated[str, typer.Option(help="How messy the exports are: none, low, real or high.")] = "real",
    comparison: Annotated[
        int | None, typer.Option(help="People who did not take part; as the simulation says unless given.")
    ] = None,
    survey: Annotated[str, typer.Option(help="First day of the interviews, like 2004-07-05.")] = "",
    kind: Annotated[
        str, typer.Option("--format", help="File of the main table: csv, kobo, xlsx or sav.")
    ] = "csv",
    answers: Annotated[
        str, typer.Option(help="Answers and column names as codes, or in words: code, en or id.")
    ] = "code",
    form_version: Annotated[str, typer.Option(help="Version of the form that everybody filled in.")] = "",
    record: Annotated[
        bool,
        typer.Option(
            "--record", help="Keep the record of those who did not answer, which a messy delivery may lack."
        ),
    ] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace the synthetic cohort of this name.")
    ] = False,
    data_dir: DataDir = "data",
) -> None:
    """Simulate a cohort whose truth is known: raw exports with their mess, and apart from them the truth and
    every error.
    """
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    from manfaat.simulation.requests import Request, simulate

    root = project()
    request = Request(
        programme, cohort, participants, seed, mess, comparison, survey, kind, answers, form_version, record
    )
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[doing]}"),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    ) as progress:
        task = progress.add_task(cohort, total=None, doing="drawing people")

        def tell(people: int, of: int) -> None:
            progress.update(
                task,
                completed=people,
                total=of,
                doing=f"{people:,} of {of:,} people" if people < of else "truth and checksums",
            )

        folder, written = simulate(request, root / data_dir, root=root, is_replaced=replace, progress=tell)
    rows = ", ".join(f"{name} {n:,}" for name, n in written.rows.items())
    console.print(
        f"{data_dir}/raw/{folder.name}: rows of {rows}; {sum(written.errors.values()):,} errors injected",
        soft_wrap=True,
    )


@app.command()
def form(
    programme: Annotated[str, typer.Argument(help="A folder of programmes/.")],
    table: Annotated[
        str | None, typer.Option(help="The table to write a form for; the first by default.")
    ] = None,
    output: Annotated[Path, typer.Option(help="The XLSX file to write.")] = Path("form.xlsx"),
) -> None:
    """Write a programme's codebook as an XLSForm, checked by pyxform, so that the next survey can be fielded
    with it.
    """
    from manfaat.definitions.codebook import load_codebook
    from manfaat.definitions.programme import load_programme
    from manfaat.desk.forms import write_form

    root = project()
    paths.check_name(programme, "programme", paths.known_programmes(root))
    folder = root / "programmes" / programme
    read, problems = load_programme(folder, root=root)
    refuse(problems)
    definition = loaded(read, problems)
    codebook, problems = load_codebook(folder, definition, root=root)
    refuse(problems)
    name = table or definition.main_table
    need(
        name in definition.tables,
        Problem(f"table '{name}'", "there is no such table", expected=nearest(name, definition.tables)),
    )
    warnings = write_form(definition, codebook, name, output)
    for warning in warnings:
        errors.print(escape(warning), soft_wrap=True)
    console.print(f"{output.name}: {len(codebook.table(name))} questions", soft_wrap=True)


@app.command()
def tidy(
    programme: Annotated[str, typer.Argument(help="A folder of programmes/.")],
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; end with 1 where a file could be shorter.")
    ] = False,
) -> None:
    """Write a programme's definition files in their short form, once it is proved that they mean the same."""
    from manfaat.desk.tidy import tidied, write

    root = project()
    paths.check_name(programme, "programme", paths.known_programmes(root))
    files = tidied(root / "programmes" / programme, root=root)
    for file in files:
        n = [len(text.encode("utf-8")) for text in (file.before, file.after)]
        console.print(f"{file.path.name}: {n[0]:,} → {n[1]:,} bytes", soft_wrap=True)
        for line in file.changes() if check else ():
            console.print(escape(line), soft_wrap=True)
    if not files:
        console.print(f"{programme}: the definition files are in their short form")
    elif check:
        raise typer.Exit(1)
    write(files)


@app.command()
def explain(
    name: Annotated[
        str,
        typer.Argument(help="A key of a file, a construct, method, standard error, check or threat."),
    ] = "",
) -> None:
    """Say what a key of a definition file, a construct, a method, a standard error, a check or a threat is;
    without a name, say what there is.
    """
    from manfaat.desk.reference import explained, topics

    root = project()
    if name:
        text = "\n".join(line for topic in explained(name, root) for line in topic.lines())
    else:
        text = "\n".join(topics(root))
    console.print(escape(text), soft_wrap=True)


@app.command()
def plan(
    programme: Annotated[str, typer.Argument(help="A folder of programmes/.")],
    data_dir: DataDir = "data",
    reports_dir: ReportsDir = "reports",
) -> None:
    """Write down, dated, what is fixed before results are seen; every later run says where it departs from
    it.
    """
    from manfaat.analysis.plan import looks, write_plan
    from manfaat.analysis.study import load_measures
    from manfaat.definitions.records import shown

    root = project()
    definition, lines = load_measures(programme, root)
    seen = looks(programme, root, data_dir=data_dir, reports_dir=reports_dir)
    path = write_plan(definition, lines, root / "programmes" / programme, root=root, seen=tuple(seen))
    console.print(
        f"{shown(path, root)}: {len(definition.claims)} claims, {len(definition.specifications)}"
        " specifications",
        soft_wrap=True,
    )
    for name, day in seen.items():
        errors.print(
            escape(
                f"{name}: its results were first seen on {day}; the plan does not vouch for them, and its"
                " report says so"
            ),
            soft_wrap=True,
        )


if __name__ == "__main__":
    app()
