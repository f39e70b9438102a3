"""开网店: the course for people who want to sell what their village grows."""

from demo.script import Course, Lesson, Line, Module, Scene, Slide, Step, Text

T = Text

SUMS = Lesson(
    id="shop-sums",
    voices=("yue",),
    title=T("开店先算三笔账", "Three sums before you open a shop"),
    summary=T(
        "卖什么、一单花多少、一单剩多少：拿五斤装土豆从头算一遍，算清楚再开店。",
        "What to sell, what one order costs, what one order leaves: worked through with a 2.5 kg box of potatoes.",
    ),
    form="slides",
    slides=(
        Slide(
            "title",
            T("开店先算三笔账", "Three sums before\nyou open a shop"),
            (
                T("网上开店，先不急着注册。", "Do not rush to register a shop."),
                T("拿出纸笔，先把三笔账算清楚。", "Take pen and paper and do three sums first."),
            ),
            figure="shop",
        ),
        Slide(
            "points",
            T("第一笔：卖什么", "First: what to sell"),
            (T("第一笔账，卖什么。", "The first sum: what to sell."),),
            (
                Line(
                    T("自家有，量稳得住", "Your own, in steady supply"),
                    (T("选自家有的货，一个月都供得上。", "Choose goods of your own that last a month."),),
                ),
                Line(
                    T("耐放，不怕路上摔", "Keeps well, travels well"),
                    (T("要耐放，路上三五天不坏。", "They must keep for three to five days on the road."),),
                ),
                Line(
                    T("先做一样，做熟再加", "One product first"),
                    (T("先做一样，做熟了再加第二样。", "Start with one, and add the next when it runs well."),),
                ),
            ),
            figure="basket",
        ),
        Slide(
            "table",
            T("第二笔：一单花多少", "Second: what one order costs"),
            (T("第二笔账，一单花多少。", "The second sum: what one order costs."),),
            (
                Line(
                    T("土豆 5 斤", "Potatoes, 2.5 kg"),
                    (T("拿五斤装土豆来说，货本六块。", "For two and a half kilos, the goods cost six yuan."),),
                    T("6.0 元", "6.0 yuan"),
                ),
                Line(
                    T("纸箱和网套", "Box and net sleeves"),
                    (T("纸箱和网套一块八。", "Box and sleeves, one yuan eighty."),),
                    T("1.8 元", "1.8 yuan"),
                ),
                Line(T("快递", "Courier"), (T("快递五块。", "The courier, five."),), T("5.0 元", "5.0 yuan")),
                Line(
                    T("平台扣点 5%", "Platform fee, 5 %"),
                    (T("平台扣点，按卖价百分之五，算一块。", "The platform's five percent, one yuan."),),
                    T("1.0 元", "1.0 yuan"),
                ),
                Line(
                    T("坏果包赔 5%", "Refunds, 5 %"),
                    (T("坏果要赔，再留一块。", "Set one more aside for refunds."),),
                    T("1.0 元", "1.0 yuan"),
                ),
                Line(
                    T("合计", "Total"),
                    (T("加起来，十四块八。", "In all, fourteen eighty."),),
                    T("14.8 元", "14.8 yuan"),
                ),
            ),
        ),
        Slide(
            "table",
            T("第三笔：一单剩多少", "Third: what one order leaves"),
            (T("第三笔账，一单剩多少。", "The third sum: what one order leaves."),),
            (
                Line(
                    T("卖价", "Price"),
                    (T("卖价十九块九。", "The price is nineteen ninety."),),
                    T("19.9 元", "19.9 yuan"),
                ),
                Line(
                    T("减去成本", "Less the costs"),
                    (T("减去十四块八，剩五块一。", "Less fourteen eighty leaves five ten."),),
                    T("− 14.8 元", "− 14.8 yuan"),
                ),
                Line(
                    T("减去人工", "Less your own work"),
                    (T("自己打包也是工，一单算一块五。", "Packing is work too: one fifty an order."),),
                    T("− 1.5 元", "− 1.5 yuan"),
                ),
                Line(
                    T("真正剩下", "What is really left"),
                    (T("真正剩下的，是三块六。", "What is really left is three sixty."),),
                    T("3.6 元", "3.6 yuan"),
                ),
            ),
        ),
        Slide(
            "points",
            T("最容易漏的三项", "Three costs people forget"),
            (T("有三项最容易漏。", "Three costs are easily forgotten."),),
            (
                Line(
                    T("偏远地区的快递", "Couriers to far regions"),
                    (
                        T(
                            "新疆西藏运费高，包邮模板里单独设。",
                            "Far regions cost more: set them apart in the template.",
                        ),
                    ),
                ),
                Line(
                    T("活动和优惠券", "Sales and coupons"),
                    (T("报活动之前，按活动价重算一遍。", "Before a sale, do the sum again at the sale price."),),
                ),
                Line(
                    T("称重不足的差价", "Short weight"),
                    (T("每箱多装一两，比赔一单划算。", "Fifty grams extra is cheaper than one refund."),),
                ),
            ),
            figure="box",
        ),
        Slide(
            "closing",
            T("记住", "Remember"),
            (T("最后记住三句话。", "Three things to remember."),),
            (
                Line(
                    T("先算账，再开店", "Do the sums, then open"), (T("先算账，再开店。", "Do the sums, then open."),)
                ),
                Line(
                    T("一单剩不到 3 元，不做", "Under 3 yuan an order: leave it"),
                    (T("一单剩不到三块的，不做。", "If an order leaves less than three yuan, leave it."),),
                ),
                Line(
                    T("每个月重算一次", "Do it again every month"),
                    (T("每个月，重算一次。", "Do the sums again every month."),),
                ),
            ),
        ),
    ),
    body=(
        T(
            "同样一箱土豆，有人卖得多却不挣钱，多半是少算了一项。"
            "把自家的货换进表里，再算一遍：货本、包装、快递、平台扣点、坏果包赔、人工。",
            "Two people sell the same box of potatoes and only one of them earns: the other left a line out. "
            "Put your own goods into the table: goods, packing, courier, platform fee, refunds, your own work.",
        ),
        T(
            "按《电子商务法》第十条，个人销售自产农副产品，不需要办理市场主体登记；"
            "加工过的食品，例如薯片、腊肉、腌菜，要先办食品生产或小作坊的证。扣点各平台不同，以后台公布的为准。",
            "Under article 10 of China's E-commerce Law a person who sells farm produce of their own needs no business "
            "registration; processed food such as crisps, cured meat or pickles needs a food permit first. "
            "Fees differ between platforms: go by what your platform publishes.",
        ),
    ),
    tip=T(
        "第一个月别急着降价。把 20 单的真实花费记在本子上，比任何人讲的都准。",
        "Do not cut the price in the first month. Write down what 20 real orders cost: no advice is more exact.",
    ),
)

LISTING = Lesson(
    id="shop-listing",
    title=T("上架第一件商品", "List your first product"),
    summary=T(
        "跟着屏幕一步一步来：标题怎么写、价格和库存填多少、运费模板怎么选。",
        "Follow the screen step by step: the title, the price and stock, and the shipping template.",
    ),
    form="screencast",
    scenes=(
        Scene(
            "products",
            (
                T("这是卖家后台，左边点，商品管理。", "This is the seller's back office: choose Products on the left."),
                T("再点右上角的，发布商品。", "Then choose New product at the top right."),
            ),
        ),
        Scene(
            "category",
            (
                T("先选类目，生鲜，蔬菜，土豆。", "First the category: fresh food, vegetables, potatoes."),
                T("类目选错了，顾客搜不到。", "With the wrong category nobody finds it."),
            ),
        ),
        Scene(
            "title",
            (
                T("标题写四样：产地，品种，规格，卖点。", "The title has four parts: origin, variety, weight, reason."),
                T("别写最好，第一，这些词平台会罚。", "Leave out words like best or number one: platforms fine them."),
            ),
        ),
        Scene(
            "pictures",
            (
                T("图片放五张，头一张白底，看得清大小。", "Add five pictures. The first on white, showing the size."),
                T("再放一张地里的，一张带泥的，一张切开的。", "Then one in the field, one with soil on, one cut open."),
            ),
        ),
        Scene(
            "price",
            (
                T("价格，照上一课算好的填。", "The price is the one from the last lesson."),
                T("库存只填四十八小时内发得出的数。", "As stock enter only what you can send within 48 hours."),
            ),
        ),
        Scene(
            "shipping",
            (
                T("运费选包邮，偏远地区除外。", "For shipping choose free, except far regions."),
                T("售后写清楚：坏果拍照，按个包赔。", "Say how refunds work: a photo, and each bad one is paid."),
            ),
        ),
        Scene(
            "preview",
            (
                T("提交之前，先看手机上的样子。", "Before you submit, look at it as a phone shows it."),
                T("顾客都是用手机看的。", "Customers look with a phone."),
            ),
        ),
        Scene(
            "done",
            (
                T("点提交，状态变成，出售中。", "Submit, and the state becomes On sale."),
                T("把链接发给三个熟人，请他们试下一单。", "Send the link to three people and ask for a trial order."),
            ),
            least_s=6.0,
        ),
    ),
    body=(
        T(
            "画面里的“乡集”是为这节课画的，不是真的平台；各家后台的字样不同，要填的东西都差不多。",
            "The shop system on screen was drawn for this lesson. Real ones word things differently, "
            "but ask for the same things.",
        ),
        T(
            "标题公式：产地 + 品种 + 规格 + 卖点。例如：云南会泽 高山红皮土豆 5 斤装 现挖现发。"
            "顾客会搜的词放前面，一个词写一遍就够。",
            "The title: origin + variety + weight + reason to buy. Put the words people search for first; once is "
            "enough.",
        ),
    ),
    tip=T(
        "图片在上午九点前或下午四点后拍，阴凉处、不开闪光灯，颜色最真。",
        "Take pictures before nine or after four, in the shade and without flash: the colours come out true.",
    ),
)

PACKING = Lesson(
    id="shop-packing",
    title=T("打包发货不破损", "Pack so that nothing breaks"),
    summary=T(
        "四步打好一箱土豆：挑、垫、装、封。摔一次再发。", "A box of potatoes in four steps: sort, line, fill, seal."
    ),
    body=(
        T(
            "快递路上要过六七次手，箱子从一米高掉下来是常事。按能摔一次来打包，坏果能从一成降到不到半成。",
            "A parcel changes hands six or seven times and falls from a metre now and then. Pack it to survive one "
            "fall.",
        ),
    ),
    tip=T(
        "箱里放一张小卡片：谁种的、怎么放、坏了找谁。比一句好评返现管用，也不违规。",
        "Put a card in: who grew it, how to keep it, whom to ask. It does more for you than paying for reviews.",
    ),
    steps=(
        Step(
            T("挑", "Sort"),
            T(
                "挑掉破皮、发绿、发芽的。带泥的擦干不水洗，水洗了路上容易烂。",
                "Take out broken, green and sprouting ones. Brush the soil off; washed potatoes rot on the way.",
            ),
            "basket",
        ),
        Step(
            T("垫", "Line"),
            T(
                "五层瓦楞纸箱，底下垫一层珍珠棉，四个角压实。",
                "A five-layer box; foam on the bottom, pressed into the corners.",
            ),
            "box",
        ),
        Step(
            T("装", "Fill"),
            T(
                "一个一个套网套，大的在下，装满不晃。多装一两。",
                "A net sleeve on each, big ones below, full so that nothing moves.",
            ),
            "sleeve",
        ),
        Step(
            T("封", "Seal"),
            T(
                "胶带打“工”字，贴好面单。从膝盖高摔一次，不响才发。",
                "Tape in an H. Drop it once from knee height: no rattle, send it.",
            ),
            "tape",
        ),
    ),
)

SHOP = Course(
    id="demo-shop",
    title=T("开网店", "Open an online shop"),
    summary=T(
        "把自家土货卖出去：从算账到发出第一单。讲自家地里的货怎么卖，不讲大道理。",
        "From the first sum to the first parcel, for people who sell what they grow.",
    ),
    topic="shop-opening",
    audience=("growers", "returning-youth", "women", "village-officials"),
    outcomes=(
        T("算得出一单剩多少钱", "Work out what one order leaves"),
        T("写得出顾客搜得到的标题", "Write a title that people find"),
        T("打得好一箱摔不坏的货", "Pack a box that survives a fall"),
    ),
    modules=(
        Module(T("开店之前", "Before you open"), (SUMS,)),
        Module(T("上架和发货", "Listing and sending"), (LISTING, PACKING)),
    ),
    figure="box",
)
