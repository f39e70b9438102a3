"""The topics and audiences every site begins with (product description, "Courses it is made for")."""

# (slug, title in Chinese, title in English, icon, topics below)
TOPICS: list[tuple[str, str, str, str, list[tuple[str, str, str, str]]]] = [
    ("e-commerce", "电商", "E-commerce", "shop", [
        ("shop-opening", "开店", "Opening a shop", "shop"),
        ("shop-decorating", "店铺装修", "Decorating a shop", "picture"),
        ("product-listing", "拍照与上架", "Product photos and listings", "picture"),
        ("live-selling", "营销与直播带货", "Marketing and live selling", "megaphone"),
        ("customer-service", "客服", "Customer service", "headset"),
        ("logistics", "包装与物流", "Packing and logistics", "parcel"),
        ("payment", "收款与结算", "Payment", "wallet"),
        ("platform-rules", "平台规则", "Platform rules", "rules"),
        ("account-safety", "账号安全与防骗", "Account safety and fraud", "shield"),
    ]),
    ("farming", "农业技术", "Farming", "sprout", [
        ("crops", "种植", "Crops", "sprout"),
        ("livestock", "养殖", "Livestock", "cow"),
        ("aquaculture", "水产", "Aquaculture", "fish"),
        ("plant-protection", "植保", "Plant protection", "bug"),
        ("soil", "土壤与肥料", "Soil and fertiliser", "soil"),
        ("traceability", "溯源与标准", "Traceability and standards", "tag"),
        ("machinery", "农机", "Machinery", "tractor"),
        ("farm-books", "农家账本", "Farm books", "book"),
    ]),
    ("rural-tourism", "乡村旅游与文化", "Rural tourism and culture", "mountain", []),
    ("village-health", "村医培训", "Village health", "heart", []),
    ("governance", "党建与村务", "Party and village governance", "people", []),
    ("school", "学校课程", "School subjects", "school", [
        ("music", "音乐", "Music", "school"),
        ("art", "美术", "Art", "picture"),
        ("english", "英语", "English", "school"),
        ("science", "科学", "Science", "school"),
    ]),
    ("digital-skills", "手机与上网", "Basic digital skills", "phone", []),
]  # fmt: skip

AUDIENCES = [
    ("growers", "种植养殖户", "Growers"),
    ("co-op-leads", "合作社带头人", "Co-op leads"),
    ("first-secretaries", "驻村第一书记", "First secretaries"),
    ("returning-youth", "返乡青年", "Returning young people"),
    ("income-leaders", "致富带头人", "People who lead others to income"),
    ("village-officials", "大学生村官", "New village officials"),
    ("graduates", "未就业毕业生", "Graduates without work"),
    ("village-doctors", "乡村医生", "Village health workers"),
    ("elders", "老年人", "Elders"),
    ("women", "妇女", "Women"),
    ("people-with-disabilities", "残疾人", "People with disabilities"),
    ("pupils", "学生", "Pupils"),
    ("teachers", "教师", "Teachers"),
]
