#!/usr/bin/env python3
"""Makes the embedded tables of this folder from the source tables (see README.md).

    python3 make.py FOLDER_OF_SOURCE_TABLES

Standard library only; some five minutes and 2 GB of memory. The same input gives the same tables.
"""

import collections
import csv
import gzip
import io
import math
import pathlib
import re
import sys
import unicodedata

HERE = pathlib.Path(__file__).resolve().parent
KM_PER_DEGREE = 111.195  # of latitude, on the sphere of radius 6,371.0 km that the Rust side uses

# Names of authorities in the source that are not the name people use.
AUTHORITY_NAMES = {
    "E06000023": "Bristol",
    "E06000059": "Dorset",
    "E07000138": "Lincoln",
    "E07000146": "King's Lynn and West Norfolk",
    "S12000026": "Scottish Borders",
    "W06000014": "Vale of Glamorgan",
    "W06000016": "Rhondda Cynon Taf",
}
# Other names of authorities (the source's own spelling and official name are always added).
AUTHORITY_OTHER_NAMES = {
    "E06000010": ["Hull"],
    "E06000047": ["Durham"],
    "E06000058": ["BCP"],
    "N09000005": ["Derry and Strabane"],
    "N09000010": ["Newry Mourne and Down"],
    "S12000013": ["Western Isles", "Na h-Eileanan Siar", "Na h-Eileanan an Iar"],
    "S12000033": ["Aberdeen"],
    "S12000042": ["Dundee"],
    "S12000036": ["Edinburgh"],
    "S12000049": ["Glasgow"],
}
# Codes that were given anew after small changes of a boundary; feeds still use the old ones (ONS code history).
FORMER_CODES = {
    "E08000038": ["E08000016"],  # Barnsley, 2025
    "E08000039": ["E08000019"],  # Sheffield, 2025
    "S12000047": ["S12000015"],  # Fife, 2018
    "S12000048": ["S12000024"],  # Perth and Kinross, 2018
    "S12000049": ["S12000043", "S12000046"],  # Glasgow City, 2011 and 2019
    "S12000050": ["S12000044"],  # North Lanarkshire, 2019
}
# The source gives only the unitary members of these two; their county councils are members too, so all
# districts of the counties belong (East Midlands CCA Regulations 2024; Greater Lincolnshire CCA Regulations 2025).
COUNTY_MEMBERS = {
    "EMCA": ["E070000%02d" % n for n in range(32, 40)] + ["E07000%03d" % n for n in range(170, 177)],
    "GLCA": ["E07000%03d" % n for n in range(136, 143)],
}
# North of Tyne was dissolved into the North East combined authority on 7 May 2024.
SUCCESSORS = {"NTCA": "NECA"}

# Which places share the ground with which: a place's cell is made of the postcodes that are nearer to it than to any
# other place of its own rank or a higher one, and no further off than so many km.
RANK = {"c": 2, "t": 2, "a": 1, "v": 1, "o": 0, "h": 0}
CELL_KM = {"c": 15.0, "t": 7.0, "a": 3.0, "v": 3.0, "o": 3.0, "h": 3.0}
POSTCODE_LIKE = re.compile(r"^[A-Z]{1,2}[0-9][0-9A-Z]?$")


def km(lat1, lon1, lat2, lon2):
    """Great-circle distance."""
    p1, p2 = math.radians(lat1), math.radians(lat2)
    dp, dl = p2 - p1, math.radians(lon2 - lon1)
    h = math.sin(dp / 2) ** 2 + math.cos(p1) * math.cos(p2) * math.sin(dl / 2) ** 2
    return 2 * 6371.0 * math.asin(min(1.0, math.sqrt(h)))


def up(value):
    """Rounded up to 0.1 km, at least 0.1."""
    return "%g" % (max(1, math.ceil(round(value * 10, 6))) / 10)


def spread(lat, lon, points):
    """The distances within which 95% of the points and all of them lie."""
    distances = sorted(km(lat, lon, p[0], p[1]) for p in points)
    return up(distances[max(0, math.ceil(len(distances) * 0.95) - 1)]), up(distances[-1])


def number(value, digits=5):
    return ("%%.%df" % digits % float(value)).rstrip("0").rstrip(".")


def plain(name):
    """Names that people would take for the same."""
    return "".join(c for c in unicodedata.normalize("NFD", name.lower().replace("-", " ")) if c.isalnum() or c == " ")


def shares(counter):
    """`code` when there is one, else `code:postcodes` of each, most first."""
    ordered = sorted(counter.items(), key=lambda item: (-item[1], item[0]))
    return ordered[0][0] if len(ordered) == 1 else " ".join("%s:%d" % item for item in ordered)


def own(name):
    """A table of this folder that is written by hand."""
    for line in (HERE / name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line.split("\t")


def write(name, rows):
    text = "".join("\t".join(row) + "\n" for row in rows).encode("utf-8")
    if name.endswith(".gz"):
        buffer = io.BytesIO()
        with gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=buffer, mtime=0) as file:
            file.write(text)
        text = buffer.getvalue()
    (HERE / name).write_bytes(text)
    print("%s: %d rows, %d bytes" % (name, len(rows), len(text)))


def read_authorities(source, by_authority, label_words):
    rows, names = [], {}
    members = {code: area for area, codes in COUNTY_MEMBERS.items() for code in codes}
    table = list(csv.DictReader(open(source / "local_authorities.csv", encoding="utf-8")))
    for row in table:
        row["name"] = row["name"].strip()
        names[AUTHORITY_NAMES.get(row["lad_code"], row["name"])] = row["lad_code"]
    counties = collections.defaultdict(list)
    for county, listed in own("counties.tsv"):
        for name in listed.split("; "):
            counties[names[name]].append(county)
    english = {row["lad_code"] for row in table if row["nation"] == "England"}
    assert set(counties) == english, english - set(counties)
    for row in table:
        code = row["lad_code"]
        name = AUTHORITY_NAMES.get(code, row["name"])
        others = [row["name"], row["official_name"].strip()] + AUTHORITY_OTHER_NAMES.get(code, []) + label_words.get(name, [])
        others = [other for i, other in enumerate(others) if other and other != name and other not in others[:i]]
        combined = row["combined_authority"]
        combined = members.get(code, SUCCESSORS.get(combined, combined))
        tier = {"Non-metropolitan district": "district", "Metropolitan district": "metropolitan", "London borough": "london", "City corporation": "london"}
        within, furthest = spread(float(row["lat"]), float(row["lon"]), by_authority[code])
        rows.append([
            code, name, row["nation"], row["region"], combined, ";".join(counties.get(code, [])), tier.get(row["type"], "unitary"),
            number(row["lat"]), number(row["lon"]), within, furthest, str(len(by_authority[code])),
            ";".join(FORMER_CODES.get(code, [])), ";".join(others),
        ])
    return rows, names


def welsh_names(places):
    """`Abertawe - Swansea` in the list of places gives the authority's Welsh name."""
    found = {}
    for place in places:
        if " - " in place["district"]:
            welsh, english = place["district"].split(" - ", 1)
            english = "Vale of Glamorgan" if english.endswith("Glamorgan") else english
            found[english] = [welsh] if welsh != english else []
    return found


def cells(places, postcodes):
    """For each place the postcodes of its cell, as [lat, lon, authority, district]."""
    result = [[] for _ in places]
    for rank in (2, 1, 0):
        size = 0.15 if rank == 2 else 0.03
        reach = max(CELL_KM[p["kind"]] for p in places if RANK[p["kind"]] == rank)
        peers = collections.defaultdict(list)
        for i, place in enumerate(places):
            if RANK[place["kind"]] >= rank:
                peers[(int(place["lat"] / size), int(place["lon"] / size + 1000))].append(i)
        steps_lat = math.ceil(reach / (size * KM_PER_DEGREE))
        near = {}
        for postcode in postcodes:
            lat, lon = postcode[0], postcode[1]
            cell = (int(lat / size), int(lon / size + 1000))
            if cell not in near:
                steps_lon = math.ceil(reach / (size * KM_PER_DEGREE * math.cos(math.radians(lat + size))))
                near[cell] = [
                    (places[i]["lat"], places[i]["lon"], i)
                    for x in range(cell[0] - steps_lat, cell[0] + steps_lat + 1)
                    for y in range(cell[1] - steps_lon, cell[1] + steps_lon + 1)
                    for i in peers.get((x, y), ())
                ]
            if not near[cell]:
                continue
            narrow = math.cos(math.radians(lat)) ** 2
            square, best = min(((p[0] - lat) ** 2 + (p[1] - lon) ** 2 * narrow, p[2]) for p in near[cell])
            if RANK[places[best]["kind"]] == rank and math.sqrt(square) * KM_PER_DEGREE <= CELL_KM[places[best]["kind"]]:
                result[best].append(postcode)
    return result


def nearest(lat, lon, grid, size=0.05):
    """The nearest of the postcodes in a grid."""
    for ring in range(1, 40):
        x0, y0 = int(lat / size), int(lon / size + 1000)
        found = [p for x in range(x0 - ring, x0 + ring + 1) for y in range(y0 - ring, y0 + ring + 1) for p in grid.get((x, y), ())]
        if found:
            return min(found, key=lambda p: (km(lat, lon, p[0], p[1]), p[3]))
    raise SystemExit("no postcode near %s, %s" % (lat, lon))


def main(source):
    postcodes, by_sector, by_district, by_authority = [], *(collections.defaultdict(list) for _ in range(3))
    with gzip.open(source / "postcodes_live.csv.gz", "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if not row["lat"]:
                continue  # Crown dependencies, and some 1,700 postcodes that have no position
            district, inward = row["postcode"].split(" ")
            point = (float(row["lat"]), float(row["lon"]), row["lad_code"], district)
            postcodes.append(point)
            by_district[district].append(point)
            by_sector[district + " " + inward[0]].append(point)
            by_authority[row["lad_code"]].append(point)

    for name, column, groups in (("districts", "embed_outcodes.tsv", by_district), ("sectors", "embed_sectors.tsv", by_sector)):
        rows = []
        for line in (source / column).read_text(encoding="utf-8").splitlines():
            code, lat, lon = line.split("\t")[:3]
            within, furthest = spread(float(lat), float(lon), groups[code])
            authorities = shares(collections.Counter(p[2] for p in groups[code]))
            rows.append([code, number(lat), number(lon), within, furthest, str(len(groups[code])), authorities])
        write(name + ".tsv.gz", rows)

    listed = list(csv.DictReader(open(source / "places_os_open_names.csv", encoding="utf-8")))
    authorities, by_name = read_authorities(source, by_authority, welsh_names(listed))
    write("authorities.tsv", authorities)

    places = [
        {"name": p["name"].strip(), "kind": p["kind"], "lat": float(p["lat"]), "lon": float(p["lon"])}
        for p in listed
        # Without kind are the postcode districts; in brackets stands what is no place to live: ruins, a quarry.
        if p["kind"] and not POSTCODE_LIKE.match(p["name"]) and "(" not in p["name"]
    ]
    for name, kind, districts in own("post_towns.tsv"):
        points = [p for district in districts.split(" ") for p in by_district[district]]
        places.append({"name": name, "kind": kind, "lat": sum(p[0] for p in points) / len(points), "lon": sum(p[1] for p in points) / len(points)})

    grid = collections.defaultdict(list)
    for point in postcodes:
        grid[(int(point[0] / 0.05), int(point[1] / 0.05 + 1000))].append(point)
    other_names = {(name, by_name[authority]): others.split("; ") for name, authority, others in own("other_names.tsv")}
    # Names that mean all of an area with an edge: nearness to the middle of it would say something else.
    whole = {
        "London": [p for row in authorities if row[3] == "London" for p in by_authority[row[0]]],
        "City of London": by_authority[by_name["City of London"]],
        "City of Westminster": by_authority[by_name["Westminster"]],
    }
    kept = {}
    for place, cell in zip(places, cells(places, postcodes)):
        lat, lon = place["lat"], place["lon"]
        close = nearest(lat, lon, grid)
        if place["kind"] == "c" and place["name"] in whole:
            cell = whole[place["name"]]
        points = cell or [close]
        counter = collections.Counter(p[2] for p in points)
        within = spread(lat, lon, points)[0] if cell else up(max(km(lat, lon, close[0], close[1]), 1.0))
        main_authority = min(counter.items(), key=lambda item: (-item[1], item[0]))[0]  # as `shares` puts first
        found = next((other_names.pop((place["name"], code)) for code in counter if (place["name"], code) in other_names), [])
        row = [place["name"], place["kind"], number(lat, 4), number(lon, 4), within, str(len(cell)), close[3], shares(counter), ";".join(found)]
        # Two entries of one name, authority and postcode district are one place to people: keep the larger.
        key = (plain(place["name"]), main_authority, close[3])
        if key not in kept or (RANK[row[1]], len(cell)) > (RANK[kept[key][1]], int(kept[key][5])):
            kept[key] = row
    assert not other_names, "no such place: %s" % other_names
    write("names.tsv.gz", sorted(kept.values(), key=lambda row: (row[7][:9], row[6], row[0], row)))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    main(pathlib.Path(sys.argv[1]))
