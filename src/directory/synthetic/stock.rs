//! Stocks of words for names, notes and small facts. All invented, or of everyday English; nothing here names a real
//! organisation. To add a word, add it: what a seed means then changes, which matters to nobody but a benchmark
//! that is compared with an older one.

/// How invented names begin.
pub(super) const STARTS: &[&str] = &[
    "Acker", "Alder", "Amber", "Arkle", "Barley", "Bel", "Bram", "Brindle", "Brock", "Cald", "Carrow", "Cinder",
    "Clover", "Cobble", "Copper", "Corran", "Cray", "Dapple", "Drum", "Elder", "Ember", "Fallow", "Fern", "Fletch",
    "Frost", "Gallow", "Garth", "Gorse", "Hallow", "Harl", "Haver", "Hazel", "Heron", "Ivel", "Kestrel", "Kittle",
    "Lamber", "Larch", "Linden", "Lorn", "Mallow", "Marl", "Merrow", "Nettle", "Oaken", "Ockle", "Osier", "Otter",
    "Pell", "Pebble", "Quarrel", "Quill", "Rook", "Rowan", "Rush", "Saffron", "Sedge", "Skel", "Sorrel", "Spindle",
    "Tansy", "Tarn", "Thistle", "Thrush", "Umber", "Vetch", "Wend", "Whin", "Willow", "Wren", "Yarrow", "Yew",
];

/// What may stand between beginning and end.
pub(super) const MIDDLES: &[&str] = &["", "", "a", "en", "er", "ing", "le"];

/// How invented names end.
pub(super) const ENDS: &[&str] = &[
    "acre", "bank", "barrow", "beck", "borne", "bridge", "brook", "burn", "bury", "by", "clough", "combe", "cote",
    "croft", "dale", "dean", "den", "fell", "field", "fold", "ford", "garth", "gate", "gill", "grove", "ham", "haven",
    "head", "holme", "hurst", "keld", "kirk", "land", "lea", "mere", "mire", "moor", "ness", "over", "pool", "rigg",
    "scar", "shaw", "side", "stead", "stoke", "thorpe", "thwaite", "ton", "wade", "well", "wick", "wold", "worth",
    "yard",
];

/// What sort of agency it is.
pub(super) const AGENCIES: &[&str] = &[
    "Trust",
    "Project",
    "Advice",
    "Community Centre",
    "Housing",
    "Recovery",
    "House",
    "Network",
    "Partnership",
    "Outreach",
    "Support",
    "Care",
    "Works",
    "Foundation",
    "Collective",
    "Circle",
    "Link",
    "Futures",
    "Families",
    "Wellbeing",
    "Health",
    "Resettlement",
    "Mentoring",
    "Legal Aid",
    "Skills",
    "Pathways",
    "Kitchen",
    "Homes",
    "Together",
    "Community Interest Company",
];

/// What sort of building it is.
pub(super) const BUILDINGS: &[&str] = &[
    "House",
    "Hall",
    "Centre",
    "Hub",
    "Rooms",
    "Court",
    "Chambers",
    "Mill",
    "Works",
    "Lodge",
    "Institute",
    "Chapel Hall",
    "Resource Centre",
    "Community Rooms",
    "Family Centre",
    "Library Annexe",
    "Old School",
    "Drill Hall",
    "Clinic",
    "Yard",
];

/// What sort of service it is.
pub(super) const SERVICES: &[&str] = &[
    "Project",
    "Drop-in",
    "Support Team",
    "Group",
    "Clinic",
    "Service",
    "Programme",
    "Advice Desk",
    "Workshop",
    "Scheme",
    "Club",
    "Outreach Team",
    "Mornings",
    "Evenings",
    "Surgery",
    "Circle",
    "Line",
    "Pathway",
    "Welcome",
    "Open Door",
];

/// Ends of streets.
pub(super) const STREETS: &[&str] = &[
    "Street", "Road", "Lane", "Row", "Terrace", "Way", "Crescent", "Walk", "Place", "Yard", "Hill", "Green", "Parade",
    "Close", "Avenue", "Square", "Wynd", "Gate", "Rise", "Mews",
];

/// Legal forms.
pub(super) const LEGAL_FORMS: &[&str] = &[
    "Charity",
    "Charitable incorporated organisation",
    "Company limited by guarantee",
    "Community interest company",
    "Registered society",
    "Public body",
    "Social enterprise",
    "Unincorporated group",
];

/// First names.
pub(super) const FIRST_NAMES: &[&str] = &[
    "Abena",
    "Adam",
    "Aisha",
    "Alan",
    "Amara",
    "Anil",
    "Anna",
    "Asif",
    "Bethan",
    "Blessing",
    "Callum",
    "Carol",
    "Chidi",
    "Claire",
    "Colin",
    "Dafydd",
    "Danuta",
    "David",
    "Deepa",
    "Denise",
    "Derek",
    "Dermot",
    "Eilidh",
    "Elaine",
    "Emeka",
    "Erin",
    "Ewan",
    "Farah",
    "Femi",
    "Fiona",
    "Gareth",
    "Gita",
    "Gordon",
    "Grace",
    "Hamza",
    "Hannah",
    "Hazel",
    "Helen",
    "Ian",
    "Imran",
    "Iona",
    "Irena",
    "Jade",
    "James",
    "Janet",
    "Jaswinder",
    "Joan",
    "Jonah",
    "Kamal",
    "Karen",
    "Keith",
    "Kwame",
    "Laura",
    "Leah",
    "Lloyd",
    "Lorna",
    "Maeve",
    "Magda",
    "Malik",
    "Marcus",
    "Maryam",
    "Megan",
    "Mohamed",
    "Moira",
    "Nadia",
    "Naomi",
    "Neil",
    "Niamh",
    "Nisha",
    "Olga",
    "Olu",
    "Owen",
    "Parveen",
    "Paul",
    "Pete",
    "Priya",
    "Rachel",
    "Rhys",
    "Rosa",
    "Ruth",
    "Samir",
    "Sandra",
    "Sean",
    "Shanice",
    "Sunita",
    "Tariq",
    "Teresa",
    "Tomasz",
    "Tracey",
    "Vera",
    "Wayne",
    "Winston",
    "Yasmin",
    "Yusuf",
    "Zainab",
    "Zoe",
];

/// How invented surnames begin.
pub(super) const SURNAMES: &[&str] = &[
    "Abel", "Adeb", "Akin", "Arkw", "Bajr", "Balint", "Bost", "Brack", "Cald", "Chand", "Cork", "Dask", "Dell", "Dunl",
    "Eber", "Fark", "Farr", "Gand", "Gers", "Hask", "Holl", "Ibrim", "Jag", "Jarr", "Kall", "Kowar", "Lath", "Lind",
    "Mack", "Marw", "Mend", "Nakh", "Narr", "Okon", "Orm", "Penh", "Pow", "Quent", "Rahm", "Rost", "Sard", "Sind",
    "Stob", "Tamb", "Thack", "Trem", "Ulm", "Vask", "Wald", "Yarw", "Zabr",
];

/// How they end.
pub(super) const SURNAME_ENDS: &[&str] = &[
    "a", "aby", "ali", "am", "ane", "ani", "ano", "ard", "astle", "aya", "by", "den", "ell", "en", "er", "eray", "ett",
    "ey", "i", "ian", "iel", "ingham", "ins", "ison", "ka", "ley", "lowe", "man", "o", "ola", "ow", "owski", "son",
    "ton", "u", "ula", "wick", "wood", "worth", "ya",
];

/// Roles of the people to ask.
pub(super) const ROLES: &[&str] = &[
    "Service manager",
    "Referrals lead",
    "Team leader",
    "Advice manager",
    "Housing lead",
    "Link worker",
    "Coordinator",
    "Duty manager",
    "Volunteer coordinator",
    "Head of services",
    "Practice manager",
    "Centre manager",
    "Recovery lead",
    "Resettlement worker",
    "Family worker",
    "Office manager",
];

/// What takes place beside the regular hours.
pub(super) const EVENTS: &[&str] = &[
    "Shared lunch",
    "Nurse on site",
    "Benefits adviser visits",
    "Women's group",
    "Men's breakfast",
    "Job club",
    "Art table",
    "Gardening morning",
    "Solicitor visits",
    "Housing officer visits",
    "Music session",
    "Five-a-side",
    "Cooking together",
    "Naloxone training",
    "Recovery meeting",
    "Haircuts",
    "Vet visits",
    "Film evening",
    "Form-filling help",
    "Parents' coffee",
    "Veterans' table",
    "Walking group",
    "Computer help",
    "Open evening",
];

/// Why it is shut, or open otherwise, on some dates.
pub(super) const CLOSURES: &[&str] = &[
    "Staff training",
    "Christmas closure",
    "Repairs to the heating",
    "Team away day",
    "Annual stocktake",
    "Building works",
    "Moving rooms",
    "Polling station",
    "Deep clean",
    "Short-staffed",
    "Open day",
    "Half term",
];

/// Hours that are none.
pub(super) const BY_ARRANGEMENT: &[&str] = &[
    "By appointment only",
    "Times vary; ring first",
    "When a volunteer is in",
    "By arrangement",
    "See the noticeboard",
];

/// Languages besides English, as BCP 47 tags.
pub(super) const LANGUAGES: &[&str] = &[
    "pl", "ur", "ro", "ar", "pa", "bn", "so", "fa", "pt", "es", "gu", "ta", "fr", "it", "zh", "ti", "am", "ku", "uk",
    "ru", "lt", "vi", "sq", "tr", "hu", "bg", "ps", "yo", "bfi",
];

/// Papers to bring.
pub(super) const DOCUMENTS: &[&str] = &[
    "Proof of who you are",
    "Proof of address, if you have one",
    "National Insurance number",
    "Benefit letters",
    "Letters from your landlord or the court",
    "Two months of bank statements",
    "Release papers",
    "Prescription or medicine boxes",
    "A letter from your worker",
    "Referral form",
    "Payslips",
    "Photo ID",
    "Letters about the debt",
    "Tenancy agreement",
    "Birth certificates of the children",
    "A list of your medicines",
];

/// What may be said about money.
pub(super) const COST_NOTES: &[&str] = &[
    "Free for people on benefits; others pay a little.",
    "Rent, which Housing Benefit covers.",
    "A small charge for materials.",
    "Pay what you can.",
    "The first visit is free.",
    "£3 for lunch, or nothing.",
    "A service charge for meals and power.",
    "Fares are paid back with a ticket.",
    "Free while the funding lasts.",
    "A £10 deposit that you get back.",
];

/// Who pays, for whom.
pub(super) const FUNDERS: &[&str] = &[
    "Paid for by the council for people of its area",
    "Paid for by a charitable trust",
    "Paid for by the local health board",
    "Paid for by probation for people on licence",
    "Paid for by gifts from the public",
    "Paid for by a lottery grant until next spring",
    "Paid for by the county for people with a local connection",
    "Paid for by a housing fund",
];

/// Something people must know today.
pub(super) const ALERTS: &[&str] = &[
    "The lift is out of order; ask at the desk and we come down to you.",
    "No new referrals this week.",
    "The phones are down; please send a message.",
    "We have moved upstairs while the ground floor is mended.",
    "Very busy: please allow an hour.",
    "Entrance by the side door only.",
    "One worker is away, so waits are longer.",
];

/// How to get to a place.
pub(super) const TRANSPORT: &[&str] = &[
    "Five minutes' walk from the bus station.",
    "Buses stop outside.",
    "There is a bike rack in the yard.",
    "Parking for blue badges at the front.",
    "Ten minutes on foot from the railway station, all of it level.",
    "No parking; the multi-storey is two streets away.",
    "The tram stops at the end of the road.",
    "A steep hill: ring and we may be able to fetch you.",
    "One bus an hour, not on Sundays.",
];

/// How to find a door.
pub(super) const DOORS: &[&str] = &[
    "Ring the second bell.",
    "Go through the yard; the door is green.",
    "First floor, above the launderette.",
    "Reception is on the left as you come in.",
    "The ramp is round the side.",
    "Look for the yellow sign.",
    "Shared building: ask the caretaker.",
    "Wait in the porch and somebody comes.",
    "Behind the market hall.",
];

/// Whatever else is said about who is taken.
pub(super) const OTHER_RULES: &[&str] = &[
    "You need a local connection of six months.",
    "We talk to your probation officer first, with your consent.",
    "People who are banned from the building can be seen elsewhere.",
    "You must be registered with a doctor.",
    "No more than three visits in six months without a referral.",
    "You need to be able to manage stairs.",
    "We can't take people who need nursing care.",
    "Couples are welcome.",
    "You need to be ready to work in a group.",
    "A risk assessment comes first; it takes about a week.",
    "One dog for each person, on a lead.",
    "If you are not sure whether you fit, ask us.",
];

/// Areas in words that name no area.
pub(super) const VAGUE_AREAS: &[&str] = &[
    "The town and nearby villages",
    "Anywhere we can get to by bus",
    "Mostly the estates on the north side",
    "The valleys",
    "People of the parish and around",
    "Wherever our workers go",
    "The old borough",
    "Within half an hour's drive",
    "Please ask",
    "The coast and the farms behind it",
];
