"""The recipe as a form: every setting with one line that says what it does, the rarer ones folded away."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from osfi_gui.core.desk import StartTuning
from osfi_gui.core.detail import AUTO, ShotsLook
from osfi_gui.core.tune import PAPER_RECIPE, Choice, Recipe, RecipeChoices
from osfi_gui.views.theme import set_role
from osfi_gui.views.tune_background import BackgroundField
from osfi_gui.views.tune_fields import ChoiceField, ExplainedField, Fold, NumberField, StillSpin
from osfi_gui.views.tune_words import number_text

MOST_EPOCHS = 1000
MOST_CHIPS = 4096
MOST_SEED = 2**31 - 1
RATES = (1e-7, 1.0)
DECAYS = (0.0, 1.0)


class RecipeForm(QFrame):
    """The left side of the Fine-tune page; it asks for a run once nothing stands against one.

    Parameters
    ----------
    parent : QWidget, optional
    """

    tune_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "card")
        self._choices: RecipeChoices | None = None
        self._base: Recipe = PAPER_RECIPE
        self._custom: Recipe | None = None
        self._look: ShotsLook | None = None
        self._filling = False
        self._problem = ""
        self._runs = self._asked = False
        self.recipe_choice = ChoiceField(self.tr("Recipe"))
        self.start = ChoiceField(self.tr("Classifier starts from"))
        self.layers = ChoiceField(self.tr("Layers that train"))
        self.head = ChoiceField(self.tr("Head"))
        self.statistics = ChoiceField(self.tr("BatchNorm statistics"))
        self.toward = ChoiceField(self.tr("Weights decay toward"))
        self.augment = ChoiceField(self.tr("Augmentation"))
        self.background = BackgroundField()
        self.epochs, self.batch = StillSpin(), StillSpin()
        self.average, self.seed = StillSpin(), StillSpin()
        for spin, low, high in (
            (self.epochs, 1, MOST_EPOCHS),
            (self.batch, 1, MOST_CHIPS),
            (self.average, 1, MOST_EPOCHS),
            (self.seed, 0, MOST_SEED),
        ):
            spin.setRange(low, high)
        self.rate, self.decay = NumberField(*RATES), NumberField(*DECAYS)
        for number in (self.rate, self.decay):
            number.setMinimumHeight(self.epochs.sizeHint().height())
        self.fold = Fold(self.tr("More settings"), QWidget())
        self.problem = QLabel()
        self.problem.setWordWrap(True)
        self.problem.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        set_role(self.problem, "muted")
        self.begin = QPushButton(self.tr("Start"))
        set_role(self.begin, "primary")
        self._lay_out()
        self._write(PAPER_RECIPE)
        self._connect()
        self._refresh()

    # What comes in

    def show_choices(self, choices: RecipeChoices) -> None:
        """Offer what may be chosen; the first time, the default is: what suits the shots, else the first recipe."""
        if choices == self._choices:
            return
        first, self._choices = self._choices is None, choices
        kept = None if first else self.recipe()
        self._filling = True
        for field, offered in (
            (self.start, choices.starts),
            (self.layers, choices.layers),
            (self.head, choices.heads),
            (self.statistics, choices.statistics),
            (self.toward, choices.toward),
            (self.augment, choices.augment),
        ):
            field.set_choices(offered)
        self._offer_recipes()
        if first and choices.auto is not None:
            self.recipe_choice.choose(choices.auto.name)
        self._filling = False
        if first and choices.recipes:
            self._write(self._suiting())
        elif kept is not None:
            self._write(kept)
        self._name_recipe()
        self._refresh()

    def show_look(self, look: ShotsLook | None) -> None:
        """Know which recipe suits the shots, and follow it where that is what the operator chose; None: not yet."""
        self._look = look
        self.background.advise("" if look is None or look.seen is None else look.seen.advice)
        if self._choices is None:
            return
        self._filling = True
        self._offer_recipes()
        self._filling = False
        if self.recipe_choice.value() == AUTO:
            self._write(replace(self._suiting(), seed=self.seed.value()))
        self._refresh()

    def set_problem(self, problem: str) -> None:
        """Say why no run can start; empty where one can."""
        self._problem = problem
        self._asked = False
        self._refresh()

    def set_running(self, runs: bool) -> None:
        """Keep everything as it is while a run goes on."""
        self._runs = runs
        self._asked = False
        self._refresh()

    @Slot(bool)
    def set_main_is_elsewhere(self, elsewhere: bool) -> None:
        """Let the button stand back where another one should be pressed first."""
        set_role(self.begin, "" if elsewhere else "primary")

    # What the operator chose

    def recipe(self) -> Recipe | None:
        """Give what the form says; None while something in it is wrong."""
        rate, decay = self.rate.value(), self.decay.value()
        if rate is None or decay is None or self._choices is None:
            return None
        own = self.head.value() == self._base.head
        return replace(
            self._base,
            start=self.start.value(),
            layers=self.layers.value(),
            head=self.head.value(),
            # Another head's scale and margin mean nothing to this one.
            scale=self._base.scale if own else None,
            margin=self._base.margin if own else None,
            statistics=self.statistics.value(),
            epochs=self.epochs.value(),
            rate=rate,
            decay=decay,
            toward=self.toward.value(),
            batch=self.batch.value(),
            augment=self.augment.value(),
            average=self.average.value(),
            seed=self.seed.value(),
        )

    def why_not(self) -> str:
        """Say why nothing can start now; empty where it can."""
        if self._runs:
            return ""
        if self._choices is None:
            return self.tr("The recipes are being read.")
        for field, name in ((self.rate, self.tr("learning rate")), (self.decay, self.tr("weight decay"))):
            if field.value() is None:
                return self.tr("The {name} has to be a number from {low} to {high}, such as 0.001 or 1e-3.").format(
                    name=name, low=number_text(field.low), high=number_text(field.high)
                )
        if self.average.value() > self.epochs.value():
            return self.tr("No more epochs can be averaged than are trained: {count}.").format(
                count=self.epochs.value()
            )
        return self._problem or self._not_seen()

    # Inside

    def _offer_recipes(self) -> None:
        """List the recipes, and say of the one that suits the shots which it is, or why nobody knows."""
        assert self._choices is not None
        offered = [choice for choice, _ in self._choices.recipes]
        if (auto := self._choices.auto) is not None:
            seen = None if self._look is None else self._look.seen
            found = next((choice.title for choice in offered if seen is not None and choice.name == seen.recipe), "")
            if seen is None or not found:
                auto = replace(auto, help=f"{auto.help} {self._why_not_seen()}")
            else:
                title = self.tr("{auto}: {recipe}").format(auto=auto.title, recipe=found[:1].lower() + found[1:])
                auto = replace(auto, title=title, help=seen.sentence)
            offered.insert(0, auto)
        custom = Choice(
            "", self.tr("Custom"), self.tr("Your own: at least one setting differs from the named recipes.")
        )
        self.recipe_choice.set_choices([*offered, custom])

    def _suiting(self) -> Recipe:
        """Give the recipe that suits the shots; while nobody knows, the first one."""
        assert self._choices is not None
        known = {choice.name: recipe for choice, recipe in self._choices.recipes}
        seen = None if self._look is None else self._look.seen
        return known.get("" if seen is None else seen.recipe, self._choices.recipes[0][1])

    def _why_not_seen(self) -> str:
        return self.tr("The shots are being looked at.") if self._look is None else self._look.why_not

    def _not_seen(self) -> str:
        """Say why the recipe that suits the shots cannot be followed yet; empty where it can, or another was chosen."""
        if self.recipe_choice.value() != AUTO or (self._look is not None and self._look.seen is not None):
            return ""
        if self._look is None:
            return self._why_not_seen()
        return self.tr("{why} Choose one of the other recipes, or try again.").format(why=self._look.why_not)

    def _write(self, recipe: Recipe) -> None:
        """Fill the form in."""
        self._filling = True
        self._base = recipe
        for field, value in (
            (self.start, recipe.start),
            (self.layers, recipe.layers),
            (self.head, recipe.head),
            (self.statistics, recipe.statistics),
            (self.toward, recipe.toward),
            (self.augment, recipe.augment),
        ):
            field.choose(value)
        for spin, number in (
            (self.epochs, recipe.epochs),
            (self.batch, recipe.batch),
            (self.average, recipe.average),
            (self.seed, recipe.seed),
        ):
            spin.setValue(number)
        self.rate.set_value(recipe.rate)
        self.decay.set_value(recipe.decay)
        self._filling = False

    def _name_recipe(self) -> None:
        """Let the list on top say which recipe this is, by what it says."""
        now = self.recipe()
        named = () if self._choices is None else self._choices.recipes
        if named and self.recipe_choice.value() == AUTO and now == replace(self._suiting(), seed=self.seed.value()):
            return
        # The seed is of a run, not of a recipe.
        found = next(
            (choice.name for choice, recipe in named if now is not None and replace(recipe, seed=now.seed) == now), ""
        )
        if not found and now is not None:
            self._custom = now
        self._filling = True
        self.recipe_choice.choose(found)
        self._filling = False

    @Slot()
    def _on_recipe(self) -> None:
        if self._filling or self._choices is None:
            return
        chosen = self.recipe_choice.value()
        named = {choice.name: recipe for choice, recipe in self._choices.recipes}
        recipe = self._suiting() if chosen == AUTO else named.get(chosen, self._custom)
        if recipe is not None:
            self._write(replace(recipe, seed=self.seed.value()))
        self._refresh()

    @Slot()
    def _on_changed(self) -> None:
        if self._filling:
            return
        self._name_recipe()
        self._refresh()

    @Slot()
    def _ask(self) -> None:
        recipe = self.recipe()
        if recipe is None or self.why_not() or self._runs or self._asked:
            return
        self._asked = True
        self._refresh()
        self.tune_requested.emit(StartTuning(recipe, self.background.folder()))

    def _refresh(self) -> None:
        why = self.why_not()
        self._fields.setEnabled(not self._runs)
        self.problem.setText(why)
        self.problem.setVisible(bool(why))
        self.begin.setEnabled(not (why or self._runs or self._asked))
        self.begin.setText(self.tr("Running…") if self._runs else self.tr("Start"))
        self.begin.setToolTip(why)
        self.begin.setAccessibleDescription(why)

    def _connect(self) -> None:
        self.recipe_choice.changed.connect(self._on_recipe)
        for choice in (self.start, self.layers, self.head, self.statistics, self.toward, self.augment):
            choice.changed.connect(self._on_changed)
        for spin in (self.epochs, self.batch, self.average, self.seed):
            spin.valueChanged.connect(self._on_changed)
        for number in (self.rate, self.decay):
            number.textChanged.connect(self._on_changed)
        self.begin.clicked.connect(self._ask)

    def _lay_out(self) -> None:
        epochs = ExplainedField(self.tr("Epochs"), self.epochs, self.tr("How often each shot is seen."))
        rate = ExplainedField(self.tr("Learning rate"), self.rate, self.tr("Size of the steps; falls to 0."))
        batch = ExplainedField(self.tr("Batch"), self.batch, self.tr("Chips a step."))
        decay = ExplainedField(self.tr("Weight decay"), self.decay, self.tr("How hard weights are pulled."))
        average = ExplainedField(
            self.tr("Averaged epochs"), self.average, self.tr("Mean of the last ones; 1 keeps the last.")
        )
        seed = ExplainedField(self.tr("Seed"), self.seed, self.tr("The same seed gives the same run."))
        more = QVBoxLayout(self.fold.content)
        more.setContentsMargins(0, 0, 0, 0)
        more.setSpacing(12)
        more.addWidget(self.statistics)
        more.addWidget(self.augment)
        more.addLayout(_pair(batch, average))
        more.addWidget(self.toward)
        more.addLayout(_pair(decay, seed))
        self._fields = QWidget()
        self._fields.setProperty("role", "page")
        inner = QVBoxLayout(self._fields)
        inner.setContentsMargins(14, 14, 14, 12)
        inner.setSpacing(12)
        for field in (self.recipe_choice, self.start, self.layers, self.head):
            inner.addWidget(field)
        inner.addLayout(_pair(epochs, rate))
        inner.addWidget(self.background)
        inner.addWidget(self.fold)
        inner.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(self._fields)
        rule = QFrame()
        set_role(rule, "rule")
        bottom = QVBoxLayout()
        bottom.setContentsMargins(14, 10, 14, 0)
        bottom.setSpacing(8)
        bottom.addWidget(self.problem)
        bottom.addWidget(self.begin)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(1, 1, 1, 12)
        layout.setSpacing(0)
        layout.addWidget(area, 1)
        layout.addWidget(rule)
        layout.addLayout(bottom)


def _pair(left: QWidget, right: QWidget) -> QHBoxLayout:
    """Put two fields side by side, their tops in a line."""
    line = QHBoxLayout()
    line.setSpacing(12)
    line.addWidget(left, 1, Qt.AlignmentFlag.AlignTop)
    line.addWidget(right, 1, Qt.AlignmentFlag.AlignTop)
    return line
