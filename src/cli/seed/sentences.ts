const customerEnglish = [
  [
    'Hello, and thank you for looking into this so quickly.',
    'Hi, here is an update from our side as you asked.',
    'Good morning, I am sorry to come back to this again.',
    'Thanks for the answer, it helped us to narrow it down a bit.',
    'Hello everybody, this is getting rather urgent for us now.',
  ],
  [
    'Since about nine this morning every page on %1$s takes ten seconds or more, and two of our shops can not take any orders at all.',
    'We tried what you described on %1$s, step by step, and it still stops with %2$s after a minute, no matter who is signed in.',
    'My colleagues in the warehouse see the same: the list stays empty, then %2$s appears and the application has to be started again.',
    'It worked until the update on Friday; nothing has been changed by us on %1$s since then, I have checked that with our own people.',
    'The amount on the last invoice does not match the order, because the machine %1$s was cancelled before the month began.',
  ],
  [
    'I have restarted it twice and cleared the cache in two browsers, which makes it better for some minutes and then it is back.',
    'In the log of that time there are many lines with %2$s; I can send the whole file if it is of any use to you.',
    'For the moment we work around it by hand, but with the sale next week that will not be possible for much longer.',
    'Could you tell us whether our data of last night is safe, and from which hour the newest complete backup is?',
    'The other machines do not show this, only %1$s does, and it does so from the office as well as from home.',
  ],
  [
    'Please let me know if you need anything else from us.',
    'When can we expect a fix for this?',
    'You can reach me by telephone until six today.',
    'Thank you very much for your help so far!',
    'Best regards, and have a good day.',
  ],
];

const staffEnglish = [
  [
    'Thank you for the report and for all the details.',
    'Hello, I have taken over this request from my colleague.',
    'Thanks for your patience while we were looking into it.',
    'Good afternoon, we have some news about this.',
    'Hi, I could see the same thing here just now.',
  ],
  [
    'One of the two servers behind %1$s had lost its connection to the storage; we moved the load to the other one and replaced the cable.',
    'The code %2$s means that the session ended before the upload was complete, which happens when the clock of %1$s is behind.',
    'We have found a setting on %1$s that an update put back to its default, and it limits how many connections are open at once.',
    'Our monitoring shows that the disk of %1$s is busy all the time during the nightly backup, and the requests have to wait for it.',
    'The invoice was made before the cancellation reached the billing system, so the wrong line %2$s will be credited with the next one.',
  ],
  [
    'Please try it again and tell us whether it is better; if %2$s still appears, the exact time would help us a lot.',
    'We will watch it over the next two days and come back to you with what we see, there is nothing for you to do until then.',
    'Could you send us the output of the diagnosis tool from that machine, and the name of the user who saw it first?',
    'A permanent fix is planned for the maintenance window on Sunday night; until then the workaround in the manual is safe to use.',
    'All data of last night is complete, and the newest backup is from four in the morning, so nothing has been lost.',
  ],
  [
    'Please do not hesitate to write if there is anything else.',
    'We are sorry for the trouble that this has caused.',
    'I will keep this request open until you confirm.',
    'Kind regards from the support team.',
    'You will hear from us tomorrow at the latest.',
  ],
];

const customerRussian = [
  [
    'Здравствуйте!',
    'Добрый день, спасибо за быстрый ответ.',
    'Коллеги, вопрос становится срочным.',
    'Добрый вечер.',
    'Спасибо, уточняю.',
  ],
  [
    'С девяти утра страницы на %1$s открываются по десять секунд и дольше, а два магазина вообще не могут принимать заказы.',
    'Мы сделали на %1$s всё по вашей инструкции, но через минуту снова появляется ошибка %2$s, под любым пользователем.',
    'У коллег на складе то же самое: список пустой, затем появляется %2$s, и приложение приходится запускать заново.',
    'До обновления в пятницу всё работало, с тех пор мы на %1$s ничего не меняли, это мы проверили со своими специалистами.',
    'Сумма в последнем счёте не совпадает с заказом: сервер %1$s был отключён ещё до начала месяца.',
  ],
  [
    'Перезапуск помогает на несколько минут, потом всё повторяется; кэш в двух браузерах мы тоже очистили.',
    'В журнале за это время много строк с %2$s, могу прислать весь файл, если он вам пригодится.',
    'Пока справляемся вручную, но на следующей неделе распродажа, и так работать мы больше не сможем.',
    'Подскажите, пожалуйста, в сохранности ли данные за прошлую ночь и за какой час последняя полная копия?',
    'На других серверах этого нет, только на %1$s, причём и из офиса, и из дома.',
  ],
  [
    'Заранее спасибо!',
    'Когда можно ждать исправления?',
    'До шести часов я доступен по телефону.',
    'С уважением.',
    'Жду ответа.',
  ],
];

const staffRussian = [
  [
    'Здравствуйте, спасибо за подробное описание.',
    'Добрый день, ваш запрос теперь у меня.',
    'Спасибо за ожидание.',
    'Добрый день, есть новости.',
    'Здравствуйте!',
  ],
  [
    'Один из двух серверов, обслуживающих %1$s, потерял связь с хранилищем; мы перенесли нагрузку на второй и заменили кабель.',
    'Код %2$s означает, что сеанс завершился раньше загрузки: так бывает, когда на %1$s отстают часы.',
    'На %1$s нашлась настройка, которую обновление вернуло к исходному значению: она ограничивает число соединений.',
    'По данным наблюдения диск %1$s полностью занят во время ночного копирования, и запросам приходится ждать.',
    'Счёт был выставлен раньше, чем отмена дошла до системы, поэтому строка %2$s будет возвращена в следующем.',
  ],
  [
    'Проверьте, пожалуйста, ещё раз; если %2$s появится снова, нам очень поможет точное время.',
    'Мы понаблюдаем два дня и сообщим, что увидим; от вас до тех пор ничего не требуется.',
    'Пришлите, пожалуйста, вывод программы диагностики с этой машины и имя пользователя, который заметил это первым.',
    'Исправление запланировано на ночь воскресенья, до тех пор можно пользоваться обходным путём из руководства.',
    'Все данные за прошлую ночь на месте, последняя копия сделана в четыре часа утра, ничего не потеряно.',
  ],
  [
    'Приносим извинения за неудобства.',
    'Не закрываю запрос до вашего подтверждения.',
    'С уважением, служба поддержки.',
    'Ответим не позже завтрашнего дня.',
    'Пишите, если что-то ещё.',
  ],
];

const customerPortuguese = [
  [
    'Olá!',
    'Bom dia, obrigado pela resposta rápida.',
    'Boa tarde, isso já está ficando urgente para nós.',
    'Obrigada, seguem os detalhes.',
    'Olá a todos.',
  ],
  [
    'Desde as nove da manhã as páginas em %1$s levam dez segundos ou mais, e duas das nossas lojas não conseguem receber pedidos.',
    'Fizemos em %1$s tudo o que foi descrito, passo a passo, e depois de um minuto aparece de novo o erro %2$s.',
    'Os colegas do depósito veem o mesmo: a lista fica vazia, depois aparece %2$s e é preciso abrir o aplicativo outra vez.',
    'Até a atualização de sexta-feira funcionava; desde então não mudamos nada em %1$s, já confirmamos isso com a nossa equipe.',
    'O valor da última fatura não confere com o pedido, porque a máquina %1$s foi cancelada antes do início do mês.',
  ],
  [
    'Reiniciar ajuda por alguns minutos e depois tudo volta; também limpamos o cache em dois navegadores.',
    'No registro desse horário há muitas linhas com %2$s; posso mandar o arquivo inteiro se for útil.',
    'Por enquanto fazemos tudo à mão, mas na semana que vem há uma promoção e isso não será mais possível.',
    'Podem dizer se os dados da noite passada estão seguros e de que hora é o último backup completo?',
    'As outras máquinas não mostram isso, somente %1$s, tanto do escritório quanto de casa.',
  ],
  [
    'Muito obrigado pela ajuda!',
    'Quando podemos esperar a correção?',
    'Fico no telefone até as seis.',
    'Atenciosamente.',
    'Aguardo retorno.',
  ],
];

const staffPortuguese = [
  [
    'Olá, obrigado por todos os detalhes.',
    'Bom dia, assumi este chamado.',
    'Obrigada pela paciência.',
    'Boa tarde, temos novidades.',
    'Olá!',
  ],
  [
    'Um dos dois servidores de %1$s perdeu a conexão com o armazenamento; passamos a carga para o outro e trocamos o cabo.',
    'O código %2$s quer dizer que a sessão terminou antes do envio, o que acontece quando o relógio de %1$s está atrasado.',
    'Encontramos em %1$s uma configuração que a atualização devolveu ao padrão e que limita o número de conexões.',
    'O monitoramento mostra que o disco de %1$s fica ocupado durante o backup da noite, e os pedidos precisam esperar.',
    'A fatura foi feita antes de o cancelamento chegar ao sistema; a linha %2$s será devolvida na próxima.',
  ],
  [
    'Por favor tente de novo; se %2$s ainda aparecer, o horário exato nos ajuda muito.',
    'Vamos acompanhar por dois dias e avisar o que virmos; até lá não é preciso fazer nada.',
    'Pode nos mandar o resultado da ferramenta de diagnóstico dessa máquina e o nome de quem viu primeiro?',
    'A correção está prevista para a noite de domingo; até lá é seguro usar o caminho que está no manual.',
    'Os dados da noite passada estão completos, o último backup é das quatro da manhã e nada se perdeu.',
  ],
  [
    'Pedimos desculpas pelo transtorno.',
    'Deixo o chamado aberto até a confirmação.',
    'Atenciosamente, equipe de suporte.',
    'Respondemos até amanhã.',
    'É só escrever.',
  ],
];

const note = [
  [
    'For whoever has the late shift:',
    'Note to self:',
    'Spoke to them on the phone.',
    'Checked with billing.',
    'Same as last month, I think.',
  ],
  [
    'the controller of %1$s reports %2$s every few minutes, the vendor wants us to swap it although the self test passes.',
    'they run an old version on %1$s and do not want to update before the sale, so a real fix has to wait until then.',
    'the contract does not cover %1$s, but we helped the last time too, so let us not make a fuss about it now.',
    'I raised the limit on %1$s by hand, it will be back after the next deployment unless somebody changes the template.',
    'this is the third request about %2$s in a week, it should become a problem ticket with one owner.',
  ],
  [
    'If they write again, do not ask for the logs a second time: all of them are in the folder of %1$s.',
    'Escalate to the storage people when it happens once more, they know and are waiting for a live case.',
    'Please do not close this one before the customer has confirmed, they were quite unhappy the last time.',
    'Dump and traces are kept until Friday, after that the machine goes back into the pool.',
    'I would give them a credit for the lost day, ask the team lead first.',
  ],
  [
    'Back on this tomorrow.',
    'Any ideas?',
    'See the runbook, last chapter.',
    'Waiting for the vendor.',
    'Done for today.',
  ],
];

/** Sentences for `[voice][part][choice]`: the customer's and staff's in each language of the titles, then those of notes. */
export const sentences = [
  customerEnglish,
  staffEnglish,
  customerRussian,
  staffRussian,
  customerPortuguese,
  staffPortuguese,
  note,
];
