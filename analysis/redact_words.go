package analysis

// What is said before a number, in the languages of the lexicons: lower case, "|" between, a * for any ending.

// phoneWords name a telephone number that follows.
var phoneWords = wordListOf("tel|phone|telephone|mobile|cell|cell phone|call|call me at|call me on|whatsapp|viber|fax|sms|text me at|reach me at|" +
	"telefon|handy|mobil|telefonnummer|handynummer|rufnummer|festnetz|téléphone|tél|portable|teléfono|móvil|celular|cel|fono|telefone|" +
	"telemóvel|telefono|cellulare|puh|puhelin|puhelinnumero|matkapuhelin|tlf|mobilnummer|telefoon|telefoonnummer|mobiel|bel|komórka|" +
	"mobitel|mob|telefonszám|gsm|cep tel|cep telefonum|cep numaram|cep no|tālrunis|mobiil|telefonas|τηλ|τηλέφωνο|κινητό|тел|телефон|моб|мобильный|сотовый|мобилен|" +
	"هاتف|الهاتف|جوال|الجوال|موبايل|واتساب|تلفن|موبایل|طلفون|טלפון|נייד|פלאפון|फ़ोन|फोन|मोबाइल|" +
	"电话|手机|手机号|座机|电话是|電話|電話番号|携帯|携帯番号|전화|전화번호|휴대폰|핸드폰|연락처|โทร|เบอร์|เบอร์โทร|มือถือ|dt|đt|sđt|điện thoại|zalo|no hp|nomor hp|hp saya|telp|telepon|simu")

// callWords speak of being called: a long number a little after them is a telephone number.
var callWords = wordListOf("call me|call us|ring me|text me|phone me|reach me|contact me|call back|callback|give me a call|my number|my phone|my cell|my mobile|my whatsapp|" +
	"soita*|soitt*|numeroni|puhelimeni|tavoittaa|ring|ringa|ringe|nå mig|nå meg|mitt nummer|nummeret mitt|mit nummer|kontakt meg|kontakt mig|" +
	"rufen sie|ruft mich|ruf mich|anrufen|zurückrufen|rückruf|erreichbar|erreichen|meine nummer|bel me|bel mij|bellen|bereikbaar|mijn nummer|" +
	"appele*|rappele*|appeler|mon numéro|mon portable|mon téléphone|joindre|joignable|contactez|llam*|mi número|mi numero|mi móvil|mi celular|mi teléfono|contact*|contáct*|" +
	"liga|ligue*|ligar|liguem|meu número|meu numero|meu celular|meu telefone|chama|chamar|chiam*|richiam*|mio numero|mio cellulare|contatt*|" +
	"sunați*|sunati*|suna*|numărul meu|numarul meu|dzwoni*|dzwoń*|zadzwo*|oddzwo*|mój numer|mój telefon|kontakt|volej*|zavol*|volaj*|moje číslo|můj mobil|môj mobil|" +
	"hívj*|hívh*|számom|telefonom|elérhet*|helista*|minu number|zvan*|piezvan*|mans numurs|skambin*|paskambin*|mano numeris|nazov*|zovite|moj broj|мој број|позов*|" +
	"обад*|звън*|номерът ми|моят номер|позвон*|звон*|перезвон*|набер*|набрать|мой номер|для связи|связаться|телефону*|зателефон*|дзвон*|подзвон*|передзвон*|мій номер|" +
	"καλέστε*|κάλεσ*|πάρτε με|τηλεφων*|τηλέφων*|κινητό*|αριθμός μου|arayın*|arayin*|beni ara|arayabil*|numaram|telefonum|cebim|ulaş*|" +
	"اتصل*|رقمي|جوالي|موبايلي|هاتفي|تواصل*|تماس*|شماره من|زنگ*|תתקשר*|התקשר*|הנייד שלי|הטלפון שלי|המספר שלי|कॉल|फोन*|मेरा नंबर|मोबाइल*|" +
	"打我|联系我|聯絡我|致电|回电|电话|手机|電話|携帯|連絡|전화*|연락*|제 번호*|โทร*|เบอร์*|ติดต่อ|gọi|số của tôi|điện thoại|liên hệ|hubungi*|telepon*|nomor saya|nipigie|simu")

// numberWords only say that a number follows.
var numberWords = wordListOf("no|nr|nro|num|number|id|numero|número|numéro|nummer|numer|numeri|numărul|číslo|č|szám|broj|br|numurs|numeris|αριθμός|αρ|номер|номером|№|#|n°|" +
	"numarası|numara|رقم|شماره|מספר|नंबर|号|号码|號碼|番号|번호|เลขที่|หมายเลข|số|nomor")

// linkWords may stand between a name and its number.
var linkWords = wordListOf("is|ist|est|es|é|è|er|är|on|jest|je|este|e|is:|είναι|това е|це|это|هو|هي|是|为|は|는|은|คือ|là|adalah|yra|ir|van")

// orderWords name a number that is not a person's.
var orderWords = wordListOf("order|invoice|ref|reference|ticket|tracking|case|account|customer|sku|ean|isbn|imei|upc|parcel|shipment|booking|reservation|confirmation|" +
	"serial|version|model|article|item|product|batch|policy|contract|claim|gtin|" +
	"bestellung|bestellnummer|auftrag|auftragsnummer|rechnung|rechnungsnummer|sendung|sendungsnummer|kundennummer|artikel|artikelnummer|vertrag|vertragsnummer|vorgang|" +
	"commande|facture|dossier|colis|suivi|référence|pedido|factura|expediente|envío|seguimiento|referencia|encomenda|fatura|protocolo|rastreio|ordine|fattura|pratica|spedizione|" +
	"tilaus|tilausnumero|tilausnro|lasku|laskunumero|paketti|lähetys|viite|viitenumero|asiakasnumero|ordernummer|faktura|fakturanummer|ärende|ärendenummer|kundnummer|paket|" +
	"ordre|ordrenummer|sak|saksnummer|sag|sagsnummer|kundenummer|bestelling|bestelnummer|factuur|factuurnummer|klantnummer|zaak|pakket|" +
	"zamówienie|zamówienia|faktury|przesyłka|przesyłki|sprawa|objednávka|objednávky|zásilka|zásielka|reklamace|reklamácia|rendelés|rendelésszám|számla|csomag|" +
	"comanda|comenzii|dosar|colet|narudžba|narudžbe|račun|pošiljka|tellimus|arve|pasūtījums|užsakymas|поръчка|пратка|преписка|фактура|" +
	"заказ|заказа|накладная|накладной|трек|обращение|счет|счёт|договор|договора|замовлення|накладна|звернення|παραγγελία|τιμολόγιο|υπόθεση|" +
	"sipariş|kargo|takip|başvuru|الطلب|طلب|طلبية|فاتورة|الشكوى|سفارش|فاکتور|پرونده|הזמנה|חשבונית|פנייה|משלוח|ऑर्डर|शिकायत|" +
	"订单|订单号|单号|运单|运单号|快递单|快递单号|工单|工单号|注文|注文番号|お問い合わせ|お問い合わせ番号|주문|주문번호|송장|송장번호|접수번호|คำสั่งซื้อ|พัสดุ|" +
	"đơn hàng|mã đơn|vận đơn|pesanan|resi|keluhan")

// moneySigns stand before a sum.
var moneySigns = wordListOf("$|€|£|¥|₽|₹|₴|₺|₩|₫|฿|₪|usd|eur|gbp|rub|inr|rs|rp|idr|vnd|pln|czk|huf|kr|chf")

// identityWords name a number in a national register, whatever its name in one country.
var identityWords = wordListOf("national id|identity number|id number|identity card|personal number|personal code|tax id|tax number|taxpayer|social security|social insurance|" +
	"henkilötunnu*|hetu*|personnummer*|personnr|fødselsnummer*|cpr*|kennital*|isikukood*|asmens kod*|personas kod*|pesel*|rodné čísl*|rodného čísla|rodné č|cnp*|егн|" +
	"steuer*|ausweis*|sozialversicherung*|numéro de sécu*|codice fiscale|cod. fiscale|kimlik*|cédula|cedula|cpf|nif|curp|cuil|cuit|nir|numéro de sécurité|rijksregister*|registre national|bsn|ahv*|avs|svnr|" +
	"αμκα|amka|αφμ|emšo|емшо|jmbg|јмбг|oib|оиб|снилс|инн|рнокпп|іпн|身份证*|证件*|身分證*|マイナンバー*|個人番号*|주민*|บัตรประชาชน*|आधार*|aadhaar*|کد ملی|תעודת זהות|الهوية|nik|id nommer|id-nommer")
