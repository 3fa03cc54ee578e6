import Checkbox from '@atlaskit/checkbox';
import VisuallyHidden from '@atlaskit/visually-hidden';
import type { ExportInfo } from '@xpress/forge/api';
import { useText } from '../i18n/useText';
import { DocumentRow } from './DocumentRow';
import type { DocumentList } from './list';

interface Props {
  list: DocumentList;
  fresh: string | undefined;
  showSpace: boolean;
  now: number;
  onTick: (id: string, on: boolean) => void;
  onTickAll: (on: boolean) => void;
  onDelete: (infos: readonly ExportInfo[]) => void;
  onCancel: (info: ExportInfo) => void;
  onSaved: (name: string) => void;
}

/** The documents as a table; where it is narrow, each row is a card. */
export function DocumentTable({ list, fresh, onTickAll, ...row }: Props) {
  const text = useText();
  const all = list.selected.size === list.items.length;
  return (
    <table className="xp-docs__table">
      <caption>{text('documents.table')}</caption>
      <thead>
        <tr>
          <td className="xp-doc__tick">
            <Checkbox
              isChecked={all}
              isIndeterminate={list.selected.size > 0 && !all}
              aria-label={text('documents.select.all')}
              onChange={() => onTickAll(!all)}
            />
          </td>
          <th scope="col">{text('documents.column.title')}</th>
          <th scope="col">{text('documents.column.state')}</th>
          <th scope="col" className="xp-doc__number">
            {text('documents.column.sheets')}
          </th>
          <th scope="col" className="xp-doc__number">
            {text('documents.column.size')}
          </th>
          <th scope="col">{text('documents.column.created')}</th>
          <th scope="col">
            <VisuallyHidden>{text('documents.column.actions')}</VisuallyHidden>
          </th>
        </tr>
      </thead>
      <tbody>
        {list.items.map(info => (
          <DocumentRow
            key={info.id}
            info={info}
            selected={list.selected.has(info.id)}
            fresh={info.id === fresh}
            {...row}
          />
        ))}
      </tbody>
    </table>
  );
}
