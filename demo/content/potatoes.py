"""种土豆: the farming course. Figures follow common extension practice for highland spring potatoes."""

from demo.script import Course, Lesson, Line, Module, Scene, Slide, Step, Text

T = Text

SEED = Lesson(
    id="potato-seed",
    voices=("yue",),
    title=T("选好种薯，切好块", "Choose seed potatoes and cut them well"),
    summary=T(
        "脱毒种薯、散射光晒芽、切块消毒、晾干愈合：苗齐不齐，播种前就定了。",
        "Clean seed, sprouting in soft light, a clean knife and dry cuts: an even stand is decided before planting.",
    ),
    form="slides",
    languages=("zh-hans", "en"),
    slides=(
        Slide(
            "title",
            T("选好种薯，切好块", "Choose seed potatoes\nand cut them well"),
            (
                T("土豆又叫马铃薯，也叫洋芋。", "A good potato stand is decided before planting."),
                T("苗齐不齐，播种前就定了。", "It begins with the seed."),
            ),
            figure="potato",
        ),
        Slide(
            "compare",
            T("选种薯", "Choosing seed"),
            (T("先说选种。", "First, choose the seed."),),
            (
                Line(
                    T("脱毒种薯，一二级种", "Certified virus-free seed"),
                    (T("用脱毒种薯，买的时候看标签和级别。", "Use certified, virus-free seed and check the label."),),
                ),
                Line(
                    T("薯形正，芽眼清楚", "Well shaped, clear eyes"),
                    (T("薯形正，皮色鲜，芽眼清楚。", "Take well shaped tubers with clear eyes."),),
                ),
                Line(
                    T("烂的、畸形的、冻过的", "Rotten, misshapen, frosted"),
                    (T("烂的，畸形的，冻过的，一个不留。", "Throw out all that are rotten, misshapen or frosted."),),
                    good=False,
                ),
                Line(
                    T("自家连种三年的", "Own seed, three years old"),
                    (
                        T(
                            "自家留了三年的种，病毒多，别再用。",
                            "Seed kept for three years is full of virus: stop using it.",
                        ),
                    ),
                    good=False,
                ),
            ),
        ),
        Slide(
            "points",
            T("晒芽：播前 15–20 天", "Sprouting: 15–20 days before"),
            (T("播种前十五到二十天出窖晒芽。", "Bring the seed out fifteen to twenty days before planting."),),
            (
                Line(
                    T("10–15 ℃，散射光", "10–15 °C, soft light"),
                    (
                        T(
                            "放在十到十五度，见散射光，不要暴晒。",
                            "Keep it at ten to fifteen degrees in soft light, not full sun.",
                        ),
                    ),
                ),
                Line(
                    T("摊两三层，常翻动", "Two or three layers, turned"),
                    (T("摊两三层，几天翻一次。", "Spread two or three layers and turn them every few days."),),
                ),
                Line(
                    T("芽长 1 厘米，短壮带紫", "Sprouts of 1 cm, short and purple"),
                    (
                        T(
                            "芽长一厘米，又短又壮，就可以切了。",
                            "With short, strong sprouts of one centimetre it is ready.",
                        ),
                    ),
                ),
            ),
            figure="sprout",
        ),
        Slide(
            "points",
            T("切块", "Cutting"),
            (T("切块看三点。", "Three things matter when cutting."),),
            (
                Line(
                    T("每块 30–50 克", "30–50 grams each"),
                    (
                        T(
                            "每块三十到五十克，像个大核桃。",
                            "Each piece weighs thirty to fifty grams, like a large walnut.",
                        ),
                    ),
                ),
                Line(
                    T("每块至少一个芽眼", "At least one eye each"),
                    (
                        T(
                            "至少带一个芽眼，顺着顶芽竖着切。",
                            "It needs at least one eye. Cut lengthwise through the top.",
                        ),
                    ),
                ),
                Line(
                    T("50 克以下整薯播", "Under 50 g: plant whole"),
                    (
                        T(
                            "五十克以下的小薯不切，整个播，最少得病。",
                            "Plant tubers under fifty grams whole: they stay healthiest.",
                        ),
                    ),
                ),
            ),
            figure="cut",
        ),
        Slide(
            "points",
            T("刀要消毒，口要晾干", "Clean the knife, dry the cut"),
            (T("病是从刀上传的。", "Disease travels on the knife."),),
            (
                Line(
                    T("两把刀，酒精里轮换", "Two knives in alcohol, in turn"),
                    (
                        T(
                            "备两把刀，泡在百分之七十五的酒精里轮换用。",
                            "Keep two knives in seventy-five percent alcohol, in turn.",
                        ),
                    ),
                ),
                Line(
                    T("切到病薯，马上换刀", "A sick one: change the knife"),
                    (T("切到病薯，扔掉，马上换刀。", "If you cut a sick one, throw it away and change the knife."),),
                ),
                Line(
                    T("拌草木灰或药，晾 1–2 天", "Ash or dressing, dry 1–2 days"),
                    (
                        T(
                            "拌上草木灰，或者按标签拌药，通风晾一两天再播。",
                            "Dust with ash or a dressing, and air for a day or two.",
                        ),
                    ),
                ),
            ),
            figure="knife",
        ),
        Slide(
            "closing",
            T("记住", "Remember"),
            (T("记住三句话。", "Remember three things."),),
            (
                Line(T("种要脱毒", "Clean seed"), (T("种要脱毒。", "Clean seed."),)),
                Line(T("芽要短壮", "Short, strong sprouts"), (T("芽要短壮。", "Short, strong sprouts."),)),
                Line(
                    T("刀要消毒，口要晾干", "A clean knife, a dry cut"),
                    (T("刀要消毒，口要晾干。", "A clean knife and a dry cut."),),
                ),
            ),
        ),
    ),
    body=(
        T(
            "一亩地用种薯 130–150 公斤，按 3500–4500 株算。宁可少种半亩，也别用来路不明的种。",
            "A mu (667 m²) takes 130–150 kg of seed for 3,500–4,500 plants. Rather plant less than plant unknown seed.",
        ),
        T(
            "切好的块不要堆成大堆，也不要装袋捂着：摊开不超过两层，15–18 ℃、通风，切口结一层皮就能播。"
            "雨天和大太阳底下都不切块。",
            "Do not heap or bag cut pieces: at most two layers, 15–18 °C and airy, until the cut has a skin. "
            "Do not cut in rain or full sun.",
        ),
    ),
    tip=T(
        "切开看一眼：维管束有一圈褐色，是环腐病，整个扔掉，换刀。",
        "Look at the cut: a brown ring in the flesh means ring rot. Throw the whole tuber away and change the knife.",
    ),
    steps=(
        Step(
            T("晒芽", "Sprout"),
            T("播前 15–20 天，10–15 ℃ 散射光。", "15–20 days before planting, 10–15 °C, soft light."),
            "sprout",
        ),
        Step(
            T("切块", "Cut"), T("30–50 克一块，每块至少一个芽眼。", "30–50 g a piece, at least one eye on each."), "cut"
        ),
        Step(
            T("消毒晾干", "Clean and dry"),
            T("两把刀轮换消毒；切口晾 1–2 天。", "Two knives in turn; dry the cuts for 1–2 days."),
            "knife",
        ),
    ),
)

SEASON = Lesson(
    id="potato-season",
    title=T("土豆一季：从播种到收获", "A potato season, from planting to harvest"),
    summary=T(
        "一分多钟看完一季：起垄、播种、出苗、两次培土、开花膨大、收获，每一步看什么、做什么。",
        "The whole season in little more than a minute: ridges, planting, two hillings, flowering, harvest.",
    ),
    form="season",
    scenes=(
        Scene(
            "ridges",
            (
                T("地温稳定在八度以上，开始播种。", "Plant when the soil stays above eight degrees."),
                T(
                    "起高垄，垄距八十厘米，好排水。",
                    "Make high ridges, eighty centimetres apart, so that water runs off.",
                ),
            ),
            caption=T("起垄 · 垄距 80 厘米", "Ridges, 80 cm apart"),
        ),
        Scene(
            "planting",
            (
                T("芽朝上，深十厘米，株距二十五到三十厘米。", "Sprouts up, ten centimetres deep, 25 to 30 apart."),
                T("盖好土，轻轻拍实。", "Cover with soil and pat it down."),
            ),
            caption=T("播种 · 深 10 厘米 · 株距 25–30 厘米", "Planting, 10 cm deep, 25–30 cm apart"),
        ),
        Scene(
            "rain",
            (
                T("春雨下透，二十五到三十天出苗。", "After good spring rain they come up in 25 to 30 days."),
                T("出苗前地不能积水。", "Before that no water may stand."),
            ),
            caption=T("出苗 · 25–30 天", "Emergence, 25–30 days"),
        ),
        Scene(
            "hilling",
            (
                T("苗高十五厘米，第一次培土。", "At fifteen centimetres, hill for the first time."),
                T("封行之前，第二次培土，把垄加高。", "Before the rows close, hill again and make the ridge higher."),
                T("土盖得厚，薯块才不发绿。", "With enough soil the tubers do not turn green."),
            ),
            caption=T("培土两次 · 土厚不发绿", "Hill twice: no green tubers"),
        ),
        Scene(
            "flowering",
            (
                T("现蕾到开花，地下的薯块长得最快。", "From bud to flower the tubers grow fastest."),
                T("这时候最怕旱，土要一直潮。", "Drought hurts most now: keep the soil moist."),
            ),
            caption=T("开花 · 薯块膨大 · 不能旱", "Flowering: tubers swell, keep moist"),
        ),
        Scene(
            "yellow",
            (
                T("叶子黄了一大半，就快收了。", "When most leaves are yellow the harvest is near."),
                T("收前七到十天割秧，薯皮才老。", "Cut the haulm seven to ten days before, so that skins set."),
            ),
            caption=T("割秧 · 收前 7–10 天", "Cut the haulm 7–10 days before"),
        ),
        Scene(
            "harvest",
            (
                T("挑晴天挖，晾干泥土再装。", "Dig on a dry day and let the soil dry before you bag them."),
                T("别在太阳下晒，见光会发绿有毒。", "Keep them out of the sun: light turns them green and toxic."),
            ),
            least_s=6.0,
            caption=T("晴天挖 · 不见光", "Dig on a dry day, keep dark"),
        ),
    ),
    body=(
        T(
            "从播种到收，早熟品种 70–80 天，中晚熟 90–120 天。"
            "施肥以有机肥打底，一亩两三吨；土豆喜钾，钾肥要够，忌用含氯的肥。",
            "Early varieties take 70–80 days from planting, later ones 90–120. "
            "Start with 2–3 t of manure a mu; potatoes want potassium, without chloride.",
        ),
        T(
            "现蕾期浇水要小水勤浇，浇到垄的三分之一高就停；收前 10–15 天停水。",
            "From budding on water little and often, to a third of the ridge's height; stop 10–15 days before harvest.",
        ),
    ),
    tip=T(
        "发绿的土豆龙葵素高，人和牲口都不要吃，也别当商品薯发货。",
        "Green potatoes are rich in solanine: do not eat, feed or sell them.",
    ),
)

BLIGHT = Lesson(
    id="potato-blight",
    title=T("认出晚疫病，早防早治", "Know late blight and act early"),
    summary=T(
        "连阴雨五天就能毁一片。看叶背白霉、找中心病株、抢在雨前打保护药。",
        "Five wet days can take a field. Look for white mould under leaves, and spray before the rain.",
    ),
    form="slides",
    slides=(
        Slide(
            "title",
            T("认出晚疫病\n早防早治", "Know late blight\nand act early"),
            (
                T("土豆最怕的病，是晚疫病。", "The disease potatoes fear most is late blight."),
                T("碰上连阴雨，一个星期能毁一片地。", "In a wet spell it can take a field in a week."),
            ),
            figure="blight",
        ),
        Slide(
            "points",
            T("怎么认", "How to know it"),
            (T("怎么认，看三处。", "Look in three places."),),
            (
                Line(
                    T("叶尖叶边：水浸状褐斑", "Leaf tips: wet brown spots"),
                    (T("叶尖叶边，先出现开水烫过一样的斑。", "Leaf tips and edges have spots as if scalded."),),
                ),
                Line(
                    T("叶背：一圈白霉", "Underside: a white rim"),
                    (T("早上翻开叶背，斑的边上有一圈白霉。", "In the morning the underside shows a white rim."),),
                ),
                Line(
                    T("薯块：褐色硬斑", "Tuber: firm brown patches"),
                    (T("薯块上是褐色硬斑，往里烂。", "Tubers have firm brown patches that rot inwards."),),
                ),
            ),
            figure="leaf",
        ),
        Slide(
            "points",
            T("什么时候来", "When it comes"),
            (T("什么天气来？", "In what weather?"),),
            (
                Line(
                    T("连着两天以上阴雨大雾", "Two wet or foggy days"),
                    (T("连着两天阴雨，大雾，叶子一直不干。", "Two days of rain or fog, with leaves that never dry."),),
                ),
                Line(
                    T("白天不过 24 ℃，夜里 10 ℃ 上下", "Days below 24 °C, nights about 10 °C"),
                    (T("白天不过二十四度，夜里十度上下。", "Days below twenty-four degrees, nights of about ten."),),
                ),
                Line(
                    T("正赶上现蕾开花", "Just at budding and flowering"),
                    (T("又正赶上现蕾开花，就要天天下地看。", "If it is budding time, walk the field every day."),),
                ),
            ),
            figure="cloud",
        ),
        Slide(
            "compare",
            T("怎么防", "Keeping it away"),
            (T("防，比治便宜得多。", "Keeping it away costs far less."),),
            (
                Line(
                    T("抗病品种，脱毒种薯，高垄", "Resistant kinds, clean seed, ridges"),
                    (
                        T(
                            "种抗病品种，用脱毒种薯，起高垄排水。",
                            "Plant resistant kinds and clean seed on high ridges.",
                        ),
                    ),
                ),
                Line(
                    T("雨前打保护药，7–10 天一次", "Spray before rain, every 7–10 days"),
                    (
                        T(
                            "现蕾起，赶在雨前打代森锰锌这类保护药，七到十天一次。",
                            "From budding on spray a protectant before rain, every seven to ten days.",
                        ),
                    ),
                ),
                Line(
                    T("等满地是斑才打药", "Waiting until all is spotted"),
                    (T("等满地是斑再打药，就晚了。", "When all is spotted it is too late."),),
                    good=False,
                ),
                Line(
                    T("一种药从头打到尾", "One product all season"),
                    (
                        T(
                            "一种药打到底，病会抗药，要换着用。",
                            "One product all season makes it resistant: take turns.",
                        ),
                    ),
                    good=False,
                ),
            ),
        ),
        Slide(
            "points",
            T("发现一株，马上做", "One sick plant: act at once"),
            (T("发现一株病苗，当天就做三件事。", "When you find one sick plant, do three things that day."),),
            (
                Line(
                    T("连根拔，装袋，带出地深埋", "Pull, bag, bury away"),
                    (T("连根拔掉装袋，带出地深埋。", "Pull it, bag it and bury it away from the field."),),
                ),
                Line(
                    T("周围 30–50 米打治疗药", "Treat 30–50 m around"),
                    (T("周围三五十米，按标签打治疗药。", "Treat thirty to fifty metres around, as the label says."),),
                ),
                Line(
                    T("告诉邻居和农技站", "Tell neighbours and the station"),
                    (
                        T(
                            "马上告诉邻居和农技站，一起打才有用。",
                            "Tell neighbours and the station: it only works together.",
                        ),
                    ),
                ),
            ),
            figure="phone",
        ),
        Slide(
            "closing",
            T("记住", "Remember"),
            (T("记住三句话。", "Remember three things."),),
            (
                Line(
                    T("雨前打药，不等雨后", "Before the rain, not after"),
                    (T("雨前打药，不等雨后。", "Before the rain, not after."),),
                ),
                Line(
                    T("看叶背，看中心病株", "Undersides and the first plant"),
                    (T("看叶背，找中心病株。", "Undersides, and the first plant."),),
                ),
                Line(
                    T("换着用药，守安全期", "Take turns, keep the interval"),
                    (T("换着用药，守住安全间隔期。", "Take turns, keep the interval."),),
                ),
            ),
        ),
    ),
    body=(
        T(
            "晚疫病由致病疫霉引起，靠风雨传，从第一株病苗（中心病株）到全田，快的只要七到十天。"
            "所以每次阴雨之后第二天早上下地，先看低洼处和垄沟边。",
            "Late blight is caused by Phytophthora infestans and travels on wind and rain. From the first "
            "sick plant to the whole field takes as little as seven to ten days, so walk the field the morning after "
            "rain, low spots first.",
        ),
        T(
            "保护药（如代森锰锌）打在发病前；治疗药（如烯酰吗啉、霜脲·锰锌、氟噻唑吡乙酮）见病就打，"
            "不同类型轮换。用量、次数、安全间隔期一律看标签，拿不准打 12316 三农热线。",
            "Protectants such as mancozeb go on before disease; curative products on sight, of different groups in "
            "turn. Rates and intervals are on the label; in China the farm line 12316 answers questions.",
        ),
    ),
    tip=T(
        "雨后两小时叶面干了再打药；打完六小时内下雨，要补一遍。",
        "Spray two hours after rain, on dry leaves; if it rains within six hours, spray again.",
    ),
)

POTATOES = Course(
    id="demo-potatoes",
    title=T("种土豆", "Growing potatoes"),
    summary=T(
        "苗齐、少病、多收：土豆（马铃薯、洋芋）从选种到收获，照着做就行。高寒山区春播用得上。",
        "Even stands, little disease: spring potatoes in the hills from seed to harvest.",
    ),
    topic="crops",
    audience=("growers", "co-op-leads", "village-officials"),
    outcomes=(
        T("选得准种薯，切块不传病", "Choose seed and cut it without spreading disease"),
        T("知道每个时期看什么、做什么", "Know what to look for and do at each stage"),
        T("认得出晚疫病，当天就处理", "Know late blight and act the same day"),
    ),
    modules=(
        Module(T("播种", "Planting"), (SEED, SEASON)),
        Module(T("防病", "Disease"), (BLIGHT,)),
    ),
    figure="potato",
)
