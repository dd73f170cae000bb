"""A real clip of one person, from its first frame to its last."""


def test_the_shortest_clip_of_one_person_is_one_track_to_its_end(osfi, shared_data, desk):
    clip = shared_data / "videos" / "liveportrait_d0.mp4"
    done = osfi("identify", clip, "--gallery", desk, "--json")
    assert done.code == 0
    assert [line["frame"] for line in done.records] == list(range(78))
    assert {line["track"] for line in done.records} == {1}
    # Somebody who is not enrolled: undecided for two frames, rejected from the third on.
    assert [line["decision"] for line in done.records] == ["undecided"] * 2 + ["reject"] * 76
    assert {line["identity"] for line in done.records} == {None}
